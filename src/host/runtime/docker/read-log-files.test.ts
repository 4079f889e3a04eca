import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { LogRecord } from "../driver.ts";
import { createLogSequence } from "../log-records.ts";
import type { DockerContext } from "./context.ts";
import { openLogFile } from "./log-files.ts";
import { readLogs } from "./logs.ts";
import { readLogFiles } from "./read-log-files.ts";

const never = new AbortController().signal;
const firstNanos = 1_767_323_045_000_000_000n;
let folder: string;
let path: string;
/** How many lines have been written; line i is `line i`, i milliseconds after the first. */
let written: number;
let complaints: string[];

describe("the engine's log files", () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "estiva-logs-"));
    path = join(folder, "c-json.log");
    writeFileSync(path, "");
    written = 0;
    complaints = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const nanosOf = (line: number) => firstNanos + BigInt(line) * 1_000_000n;
  const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `line ${from + i}`);

  function kept(line: number): string {
    const nanos = nanosOf(line);
    const fraction = String(nanos % 1_000_000_000n).padStart(9, "0");
    const time = `${new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19)}.${fraction}Z`;
    return `${JSON.stringify({ log: `line ${line}\n`, stream: "stdout", time })}\n`;
  }

  function write(count: number): void {
    let text = "";
    for (let i = 0; i < count; i++) text += kept(written++);
    appendFileSync(path, text);
  }

  /** What the engine does with a file that is full: three are kept. */
  function rotate(): void {
    rmSync(`${path}.2`, { force: true });
    if (existsSync(`${path}.1`)) renameSync(`${path}.1`, `${path}.2`);
    renameSync(path, `${path}.1`);
    writeFileSync(path, "");
  }

  async function* read(options: { from?: bigint; ended?: Promise<void>; signal?: AbortSignal } = {}) {
    const { from, ended, signal = never } = options;
    const file = await openLogFile(path, from);
    const clock = systemClock({ keepAlive: true });
    const log = (message: string) => void complaints.push(message);
    yield* readLogFiles({ path, file, tty: false, ended, clock, signal, log });
  }

  async function all(records: AsyncIterable<readonly LogRecord[]>): Promise<LogRecord[]> {
    const found: LogRecord[] = [];
    for await (const batch of records) found.push(...batch);
    return found;
  }

  const texts = (records: readonly LogRecord[]) => records.map(({ message }) => Buffer.from(message).toString());

  test("what is there is read through all files, the oldest first", async () => {
    for (const count of [3, 2, 4]) {
      write(count);
      rotate();
    }
    write(1);
    assert.deepEqual(texts(await all(read())), names(3, 10), "the oldest of four has been removed");
    rmSync(`${path}.1`);
    assert.deepEqual(texts(await all(read())), names(9, 10), "without a file between, those behind it do not count");
  });

  test("following gives what is written in pieces, over changes of file, until the end and before it", async () => {
    const ended = Promise.withResolvers<void>();
    const found: LogRecord[] = [];
    const steps = [
      () => write(2),
      () => appendFileSync(path, kept(written).slice(0, 20)),
      () => appendFileSync(path, kept(written++).slice(20)),
      () => {
        write(1);
        rotate();
        write(1);
      },
      () => {
        rotate();
        rotate();
        write(2);
      },
      () => {
        writeFileSync(path, ""); // as some do to make room
        write(1);
      },
      () => {
        write(3);
        rotate();
        ended.resolve();
      },
    ];
    const goOn = () => {
      while (steps.length > 0 && found.length === written) steps.shift()!();
    };
    goOn();
    for await (const records of read({ ended: ended.promise })) {
      found.push(...records);
      goOn();
    }
    assert.deepEqual(texts(found), names(0, 11));
    assert.deepEqual(steps, []);
  });

  test("a silent file wakes the reader when it is written to or another takes its place, and at the end", async () => {
    const anew = () => {
      rotate();
      write(1);
    };
    const wakes = [() => write(1), anew];
    const ended = Promise.withResolvers<void>();
    const found: LogRecord[] = [];
    const next = () => setTimeout(wakes.shift() ?? ended.resolve, 60);
    next();
    for await (const records of read({ ended: ended.promise })) {
      found.push(...records);
      next();
    }
    assert.deepEqual(texts(found), names(0, 2));
  });

  test("from a time on: everything as late, found by halves in large files", async () => {
    write(20_000);
    rotate();
    write(20_000);
    for (const line of [0, 13_000, 20_000, 39_999]) {
      const from = nanosOf(line);
      const records = await all(read({ from }));
      const needed = records.filter((record) => BigInt(record.timeNanos) >= from);
      assert.equal(needed.length, 40_000 - line);
      assert.deepEqual(texts(needed.slice(0, 2)), names(line, 40_000).slice(0, 2));
      assert.ok(records.length - needed.length < 12_000, `${records.length - needed.length} too many from ${line}`);
    }
    assert.ok((await all(read({ from: nanosOf(50_000) }))).length < 12_000);
  });

  test("reading on from any position gives each record once, also of lines out of their order", async () => {
    write(40);
    const lines = Array.from({ length: 40 }, (_, i) => kept(i ^ 1));
    writeFileSync(path, lines.slice(0, 20).join(""));
    rotate();
    appendFileSync(path, lines.slice(20).join(""));
    const sequenced = async (since?: { timeNanos: string; count: number }) => {
      const from = since && BigInt(since.timeNanos) - 2_000_000_000n;
      const sequence = createLogSequence(since);
      return (await all(read(from === undefined ? {} : { from })))
        .map(sequence)
        .filter((record) => record !== undefined);
    };
    const whole = await sequenced();
    for (let seen = 1; seen <= whole.length; seen++) {
      const { timeNanos } = whole[seen - 1]!;
      const count = whole.slice(0, seen).filter((record) => record.timeNanos === timeNanos).length;
      assert.deepEqual(texts(await sequenced({ timeNanos, count })), texts(whole.slice(seen)));
    }
  });

  test("a line that was cut off is left out and told of", async () => {
    write(1);
    appendFileSync(path, `${kept(99).slice(0, 15)}\n`);
    write(1);
    assert.deepEqual(texts(await all(read())), names(0, 2));
    assert.match(complaints.join(), /c-json\.log is damaged/);
  });

  test("aborting ends the reading; a lost engine ends it with its error, behind all that was read", async () => {
    const abort = new AbortController();
    const silent = all(read({ ended: new Promise(() => {}), signal: abort.signal }));
    setImmediate(() => abort.abort());
    assert.deepEqual(await silent, []);

    write(1);
    const lost = Promise.withResolvers<void>();
    const found: LogRecord[] = [];
    const reading = (async () => {
      for await (const records of read({ ended: lost.promise })) {
        found.push(...records);
        lost.reject(new Error("lost"));
      }
    })();
    await assert.rejects(reading, /^Error: lost$/);
    assert.deepEqual(texts(found), ["line 0"]);
  });

  test("the engine's API is asked for what its files do not give", async () => {
    write(1);
    const file = { Type: "json-file", LogPath: path, local: true, readsLogFiles: true };
    const cases: [string, Partial<typeof file>, "file" | "api"][] = [
      ["a file that can be read", {}, "file"],
      ["another log driver", { Type: "local" }, "api"],
      ["a container that was never started", { LogPath: "" }, "api"],
      ["a file that is not there", { LogPath: `${path}/nowhere` }, "api"],
      ["an engine elsewhere", { local: false }, "api"],
      ["a driver that is not to", { readsLogFiles: false }, "api"],
    ];
    for (const [name, changes, source] of cases) {
      const { Type, LogPath, local, readsLogFiles } = { ...file, ...changes };
      const State = { Running: false, Status: "exited" };
      const answer = { Id: "c", LogPath, State, Config: { Tty: false }, HostConfig: { LogConfig: { Type } } };
      const client = {
        call: async () => answer,
        stream: async () => Promise.reject(new DriverError("Failed", "asked the API")),
      };
      const context = { readsLogFiles, client, engine: async () => ({ info: { local } }), clock: systemClock() };
      const reading = all(readLogs(context as unknown as DockerContext, "c", { follow: false, signal: never }));
      if (source === "file") assert.deepEqual(texts(await reading), ["line 0"], name);
      else await assert.rejects(reading, /asked the API/, name);
    }
  });
});
