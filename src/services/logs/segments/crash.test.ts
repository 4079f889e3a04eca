import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { diskFiles } from "#platform/disk-files.ts";
import { TestProcess } from "../../../../test/support/test-process.ts";
import { LogStorage, type PageQuery } from "./storage.ts";

const streams = ["1111111111111111", "2222222222222222", "3333333333333333"];
const segmentBytes = 20_000;

/** In the child: appends to several streams at once, each from its stored position, and tells what is durable. */
async function appendForever(root: string): Promise<void> {
  const storage = new LogStorage({ files: diskFiles(root), segmentBytes });
  const writeStream = async (streamId: string): Promise<void> => {
    const position = await storage.position("g", streamId, "source");
    for (let number = position === undefined ? 1 : Number(position.timeNanos) + 1; ; number++) {
      const events = [0, 1, 2].map((part) => ({ timestamp: number, message: `${streamId[0]}:${number}:${part}` }));
      const source = { sourceId: "source", position: { timeNanos: String(number), count: 1 } };
      await storage.append("g", { streamId, ingestionTime: number, source, events });
      process.stdout.write(`${streamId[0]}:${number}\n`);
    }
  };
  await Promise.all(streams.map(writeStream));
}

async function killAfter(root: string, acknowledgements: number): Promise<Map<string, number>> {
  const env = { ...process.env, LOG_CRASH_TEST_ROOT: root };
  const writer = new TestProcess(process.execPath, [import.meta.filename], {
    ...{ env, stdio: ["ignore", "pipe", "inherit"] },
  });
  const acknowledged = new Map<string, number>();
  let count = 0;
  for await (const line of createInterface({ input: writer.child.stdout! })) {
    const [stream, number] = line.split(":") as [string, string];
    acknowledged.set(stream, Number(number));
    if (++count === acknowledgements) writer.child.kill("SIGKILL");
  }
  await writer.ended();
  return acknowledged;
}

async function readAll(storage: LogStorage): Promise<Map<string, string[]>> {
  const all = new Map<string, string[]>();
  const query: Omit<PageQuery, "after"> = {
    ...{ streams: { has: () => true }, startTime: 0, endTime: Number.MAX_SAFE_INTEGER, direction: "forward" },
    ...{ limit: 1000, maxBytes: 2 ** 20, maxScannedBytes: 2 ** 20 },
  };
  let after: PageQuery["after"];
  do {
    const page = await storage.read("g", { ...query, after });
    for (const { message } of page.events) {
      const stream = message[0]!;
      all.set(stream, [...(all.get(stream) ?? []), message]);
    }
    after = page.next;
  } while (after !== undefined);
  return all;
}

if (process.env.LOG_CRASH_TEST_ROOT !== undefined) {
  await appendForever(process.env.LOG_CRASH_TEST_ROOT);
} else {
  test("killed while appending, every acknowledged event is there once, whole batches only", async () => {
    const root = await mkdtemp(join(tmpdir(), "estiva-logs-"));
    try {
      for (const acknowledgements of [1, 60, 200, 333]) {
        const acknowledged = await killAfter(root, acknowledgements);
        const storage = new LogStorage({ files: diskFiles(root), segmentBytes });
        const all = await readAll(storage);
        await storage.close();
        for (const [stream, messages] of all) {
          const last = messages.length / 3;
          assert.ok(last >= (acknowledged.get(stream) ?? 0), `${stream}: ${last} of ${acknowledged.get(stream)} left`);
          const expected = Array.from(
            { length: messages.length },
            (_, i) => `${stream}:${1 + Math.floor(i / 3)}:${i % 3}`,
          );
          assert.deepEqual(messages, expected);
        }
        for (const stream of acknowledged.keys()) assert.ok(all.has(stream), `${stream} is there`);
      }
    } finally {
      await rm(root, { recursive: true });
    }
  });
}
