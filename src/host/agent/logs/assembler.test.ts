import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LogRecord } from "#host/runtime/driver.ts";
import type { LogPosition } from "#kernel/log-sink.ts";
import { seededRandom } from "#kernel/random.ts";
import { compileRegex } from "#kernel/regex/regex.ts";
import { EventAssembler, maxEventBytes } from "./assembler.ts";

function record(ms: number, text: string, options: Partial<LogRecord> = {}): LogRecord {
  const timeNanos = `${BigInt(ms) * 1_000_000n}`;
  return { timeNanos, stream: "stdout", message: Buffer.from(text), partial: false, ...options };
}
const part = { partial: true };
const stderr = { stream: "stderr" } as const;

function messagesOf(assembler: EventAssembler): string[] {
  const messages: string[] = [];
  for (let chunk = assembler.take(); chunk !== undefined; chunk = assembler.take()) {
    messages.push(...chunk.events.map((event) => event.message));
  }
  return messages;
}

describe("event assembler", () => {
  test("makes an event of each line, with the position behind it", () => {
    const assembler = new EventAssembler(undefined, undefined);
    for (const [ms, text] of [
      [1000, "a"],
      [1000, "b"],
      [1001, ""],
      [1002, "c"],
    ] as const) {
      assembler.add(record(ms, text));
    }
    assert.deepEqual(assembler.take(), {
      events: [
        { timestamp: 1000, message: "a" },
        { timestamp: 1000, message: "b" },
        { timestamp: 1002, message: "c" },
      ],
      position: { timeNanos: "1002000000", count: 1 },
      bytes: 81,
    });
    assert.equal(assembler.bytes, 0);
    const later = new EventAssembler({ timeNanos: "1000000000", count: 2 }, undefined);
    later.add(record(1000, "d"));
    assert.deepEqual(later.take()?.position, { timeNanos: "1000000000", count: 3 });
  });

  test("joins the parts of a long line, stdout and stderr apart, in the order in which lines began", () => {
    const assembler = new EventAssembler(undefined, undefined);
    assembler.add(record(1, "one ", part));
    assembler.add(record(2, "error", stderr));
    assert.equal(assembler.take(), undefined, "no position would cut the first line off");
    assembler.add(record(3, "line"));
    assert.deepEqual(messagesOf(assembler), ["one line", "error"]);
    assembler.add(record(4, "never ends", part));
    assert.notEqual(assembler.openId, undefined);
    assembler.flush();
    assert.deepEqual(messagesOf(assembler), ["never ends"]);
    assert.equal(assembler.openId, undefined);
  });

  test("splits what is too long between characters", () => {
    const assembler = new EventAssembler(undefined, undefined);
    const long = `${"x".repeat(maxEventBytes - 1)}é${"y".repeat(10)}`;
    for (let at = 0; at < long.length; at += 16_384) {
      const options = { partial: at + 16_384 < long.length };
      assembler.add(record(1, long.slice(at, at + 16_384), options));
    }
    const messages = messagesOf(assembler);
    assert.deepEqual(
      messages.map((text) => Buffer.byteLength(text)),
      [maxEventBytes - 1, 12],
    );
    assert.equal(messages.join(""), long);
  });

  test("a line without end does not fill the memory", () => {
    const assembler = new EventAssembler(undefined, undefined);
    let taken = 0;
    for (let i = 0; i < 1000; i++) {
      assembler.add(record(i, "x".repeat(16_384), part));
      assert.ok(assembler.bytes < 3 * 2 ** 20);
      taken += messagesOf(assembler).join("").length;
    }
    assembler.flush();
    assert.equal(taken + messagesOf(assembler).join("").length, 1000 * 16_384);
  });

  test("joins lines to events at the pattern, as Docker's driver does", () => {
    const assembler = new EventAssembler(undefined, compileRegex("^\\d"));
    for (const [ms, text] of [
      [1, "stray"],
      [2, "1 first"],
      [3, "  at x"],
      [4, "2 second"],
    ] as const) {
      assembler.add(record(ms, text));
    }
    const chunk = assembler.take();
    assert.deepEqual(chunk?.events, [
      { timestamp: 1, message: "stray\n" },
      { timestamp: 2, message: "1 first\n  at x\n" },
    ]);
    assert.equal(chunk?.position.timeNanos, "3000000", "the last line may go on");
    assembler.flush();
    assert.deepEqual(messagesOf(assembler), ["2 second\n"]);
    assembler.add(record(5, "y".repeat(maxEventBytes - 5)));
    assembler.add(record(6, "too much"));
    assert.equal(messagesOf(assembler)[0]?.length, maxEventBytes - 4, "an event that would be too long ends before");
  });

  test("from whatever position it begins again, nothing is lost and nothing is doubled", () => {
    const random = seededRandom(3);
    for (let round = 0; round < 300; round++) {
      const pattern = round % 2 === 0 ? undefined : compileRegex("^1");
      let ms = 0;
      const records = Array.from({ length: 30 }, (_, i) => {
        if (random.float() < 0.6) ms++;
        const stream = random.float() < 0.7 ? "stdout" : "stderr";
        return record(ms, `${random.float() < 0.3 ? 1 : 2}<${i}>`, { stream, partial: random.float() < 0.3 });
      });
      const whole = collect(records, undefined, pattern, () => false);
      const pieces: string[] = [];
      let since: LogPosition | undefined;
      // Killed again and again: what was not taken with its position is read again.
      for (let run = 0; run < 40; run++) {
        const killed = run < 39 ? () => random.float() < 0.1 : () => false;
        const part = collect(records, since, pattern, killed);
        pieces.push(...part.messages);
        since = part.position ?? since;
      }
      const bare = (messages: readonly string[]) => messages.join("").replaceAll("\n", "");
      assert.deepEqual([...bare(pieces)].toSorted(), [...bare(whole.messages)].toSorted(), `round ${round}`);
      assert.deepEqual(pieces, whole.messages, `round ${round}: the same events`);
    }
  });
});

/** Reads the records behind `since` until killed; gives what was taken, and the position of the last of it. */
function collect(
  records: readonly LogRecord[],
  since: LogPosition | undefined,
  pattern: ReturnType<typeof compileRegex> | undefined,
  killed: () => boolean,
): { messages: string[]; position: LogPosition | undefined } {
  const assembler = new EventAssembler(since, pattern);
  const messages: string[] = [];
  let position: LogPosition | undefined;
  const take = () => {
    for (let chunk = assembler.take(); chunk !== undefined; chunk = assembler.take()) {
      messages.push(...chunk.events.map((event) => event.message));
      position = chunk.position;
    }
  };
  let [time, count] = ["", 0];
  for (const each of records) {
    count = each.timeNanos === time ? count + 1 : 1;
    time = each.timeNanos;
    const isBehind =
      since === undefined ||
      BigInt(time) > BigInt(since.timeNanos) ||
      (time === since.timeNanos && count > since.count);
    if (!isBehind) continue;
    if (killed()) return { messages, position };
    assembler.add(each);
    take();
  }
  assembler.flush();
  take();
  return { messages, position };
}
