import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createMetricSink } from "./sink.ts";
import { parseStatistic } from "./statistic.ts";
import { MetricStorage } from "./storage.ts";

test("what the platform measures is stored by the minute, or by the second where it is finer", async () => {
  const clock = new VirtualClock();
  const storage = await MetricStorage.open({ files: memoryFiles(), clock, log: silentLog });
  const sink = createMetricSink(storage);
  const name = { account: "1", region: "r", namespace: "AWS/X", unit: "Milliseconds" };
  const dimensions = { Zone: "a", Balancer: "b" };
  const values = [
    { value: 1, count: 98 },
    { value: 100, count: 2 },
  ];
  const time = clock.now();
  const start = time / 1000;
  await sink.put([{ ...name, metricName: "M", dimensions, values }], { time, periodSeconds: 60 });
  await sink.put([{ ...name, metricName: "H", dimensions, values }], { time: time + 5000, periodSeconds: 5 });
  const [minute, fine] = [...storage.series.list(name)];
  assert.deepEqual(minute!.name.dimensions, [
    { name: "Balancer", value: "b" },
    { name: "Zone", value: "a" },
  ]);
  const range = { start, end: start + 60, periodSeconds: 60 };
  const [point] = (await storage.read([minute!], range)).get(minute!)!;
  assert.deepEqual(
    ["SampleCount", "Sum", "Minimum", "Maximum", "p50", "p100"].map((each) => parseStatistic(each)!.of(point!)),
    [100, 298, 1, 100, 1, 100],
  );
  const seconds = await storage.read([minute!, fine!], { ...range, periodSeconds: 5 });
  assert.deepEqual(
    [minute!, fine!].map((series) => seconds.get(series)!.map((each) => each.time - start)),
    [[], [5]],
  );
});
