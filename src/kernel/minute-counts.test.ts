import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "./controller.ts";
import type { MeasuredAt, Measurement } from "./metric-sink.ts";
import { MinuteCounts } from "./minute-counts.ts";
import { VirtualClock } from "./virtual-clock.ts";

const start = Date.UTC(2026, 0, 1, 12);
const metric = { account: "1", region: "r", namespace: "N", metricName: "m", unit: "None" };

test("counts are values of 1, sums one value; metrics differ by the names of their dimensions too", async () => {
  const clock = new VirtualClock(start);
  const published: [MeasuredAt, readonly Measurement[]][] = [];
  const sink = {
    async put(measurements: readonly Measurement[], at: MeasuredAt) {
      published.push([at, measurements]);
    },
  };
  const counts = new MinuteCounts({ sink, clock, log: silentLog, failure: "lost" });
  counts.count({ ...metric, dimensions: { A: "x" } });
  counts.count({ ...metric, dimensions: { A: "x" } }, 2);
  counts.count({ ...metric, dimensions: { B: "x" } });
  counts.sum({ ...metric, dimensions: {} }, 10);
  counts.sum({ ...metric, dimensions: {} }, 0.5);
  await clock.advance(60_000);
  assert.deepEqual(published, [
    [
      { time: start, periodSeconds: 60 },
      [
        { ...metric, dimensions: { A: "x" }, values: [{ value: 1, count: 3 }] },
        { ...metric, dimensions: { B: "x" }, values: [{ value: 1, count: 1 }] },
        { ...metric, dimensions: {}, values: [{ value: 10.5, count: 1 }] },
      ],
    ],
  ]);
});
