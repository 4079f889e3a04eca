import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogRecord, ReadLogsOptions, RuntimeDriver } from "#host/runtime/driver.ts";
import { containerSpec, type RuntimeFixture, rejectsWith, start } from "./fixture.ts";

const never = new AbortController().signal;
const hundredLines = Array.from({ length: 100 }, (_, i) => `line ${i}`);

export interface LogGiven {
  /** To be called inside a test. */
  readonly driver: () => RuntimeDriver;
  readonly containers: Pick<RuntimeFixture["containers"], "printsLines" | "runsForever">;
}

export function logContract({ containers, driver }: LogGiven): void {
  const spec = containerSpec(containers.printsLines);

  test("all output comes in order, and following ends with the container", async () => {
    const { sandboxId, containerId } = await start(driver(), "logs-all", spec);
    const records = await collect(driver(), containerId, { follow: true, signal: never });
    assert.deepEqual(records.map(text), hundredLines);
    assert.ok(records.every((record, i) => i === 0 || BigInt(records[i - 1]!.timeNanos) <= BigInt(record.timeNanos)));
    assert.ok(records.every(({ stream, partial }) => stream === "stdout" && !partial));
    await driver().removeSandbox(sandboxId);
  });

  test("reading on from any record's position gives the records after it, none twice", async () => {
    const { sandboxId, containerId } = await start(driver(), "logs-resume", spec);
    const all = await collect(driver(), containerId, { follow: true, signal: never });
    for (const seen of [1, 2, 50, 99, 100]) {
      const since = positionAfter(all.slice(0, seen));
      const rest = await collect(driver(), containerId, { since, follow: false, signal: never });
      assert.deepEqual(rest.map(text), hundredLines.slice(seen));
    }
    await driver().removeSandbox(sandboxId);
  });

  test("aborting ends the reading of a container that is silent", async () => {
    const silent = containerSpec(containers.runsForever);
    const { sandboxId, containerId } = await start(driver(), "logs-abort", silent);
    const abort = new AbortController();
    const reading = collect(driver(), containerId, { follow: true, signal: abort.signal });
    setImmediate(() => abort.abort());
    assert.deepEqual(await reading, []);
    await driver().removeSandbox(sandboxId);
  });

  test("output that is not kept cannot be read", async () => {
    const { sandboxId, containerId } = await start(driver(), "logs-none", { ...spec, keepLogs: false });
    await rejectsWith(collect(driver(), containerId, { follow: true, signal: never }), "InvalidSpec");
    await driver().removeSandbox(sandboxId);
  });
}

async function collect(driver: RuntimeDriver, containerId: string, options: ReadLogsOptions): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const batch of driver.readLogs(containerId, options)) records.push(...batch);
  return records;
}

function text(record: LogRecord): string {
  return Buffer.from(record.message).toString();
}

function positionAfter(seen: readonly LogRecord[]): { timeNanos: string; count: number } {
  const { timeNanos } = seen.at(-1)!;
  return { timeNanos, count: seen.filter((record) => record.timeNanos === timeNanos).length };
}
