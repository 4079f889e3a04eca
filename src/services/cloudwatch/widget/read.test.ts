import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { testWorld } from "../../../../test/support/context.ts";
import { cloudWatchCollections } from "../index.ts";
import { MetricStorage } from "../metrics/storage.ts";
import { createOperations } from "../operations/index.ts";
import { parseWidget, type Widget } from "./parse.ts";
import { readWidget } from "./read.ts";

test("times in the labels of a widget are in its time zone", async () => {
  const world = await testWorld({ collections: cloudWatchCollections, model: "cloudwatch" });
  const storage = await MetricStorage.open({ files: memoryFiles(), clock: world.clock, log: silentLog });
  const time = world.clock.now();
  const MetricData = [{ MetricName: "Load", Value: 1, Timestamp: time }];
  await world.call(createOperations(storage), "PutMetricData", { Namespace: "App", MetricData });
  await world.clock.advance(600_000);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudWatch has such labels.
  const label = "${FIRST_TIME}";
  const text = JSON.stringify({ metrics: [["App", "Load", { label, period: 60 }]], timezone: "-0230" });
  const widget = parseWidget(text, { region: "us-east-1", nowMs: world.clock.now() }) as Widget;
  const [series] = await readWidget(world.context(), storage, widget);
  assert.equal(series!.label, `${new Date(time - 150 * 60_000).toISOString().slice(0, -1)}-02:30`);
});
