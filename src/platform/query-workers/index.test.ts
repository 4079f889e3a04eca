import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import type { ScanPart } from "#services/logs/index.ts";
import { createQueryWorkers } from "./index.ts";

const part: ScanPart = {
  query: { id: "q", text: "stats count(*)", limit: undefined, now: 0 },
  group: { groupId: "0123456789abcdef", log: "0:/g", streams: new Map(), startTime: 0, endTime: 1 },
  ...{ place: 0, bound: undefined },
  run: { folder: "0123456789abcdef", fileName: "none", sealed: true, blocks: [], maxTimestamp: 0 },
};

test("what waits for a thread, and what comes later, fails when the threads are closed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "estiva-query-workers-"));
  try {
    const scanner = createQueryWorkers({ folder, clock: systemClock(), most: 1 });
    const scans = Promise.allSettled([scanner.scan(part), scanner.scan(part), scanner.scan(part)]);
    await scanner.close();
    const [, ...waiting] = await scans;
    const isTold = ({ name, message }: Error) => name === "DriverError" && message.includes("the platform stops");
    for (const scan of waiting) assert.ok(scan.status === "rejected" && isTold(scan.reason as Error));
    await assert.rejects(scanner.scan(part), isTold);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
