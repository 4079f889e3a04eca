import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { decodePng } from "../../../../test/support/png.ts";
import { cloudWatchCollections, MetricStorage } from "../index.ts";
import { createOperations } from "./index.ts";

async function picturesWorld() {
  const world = await testWorld({ collections: cloudWatchCollections, model: "cloudwatch" });
  const storage = await MetricStorage.open({ files: memoryFiles(), clock: world.clock, log: silentLog });
  const operations = createOperations(storage);
  const now = world.clock.now();
  const MetricData = Array.from({ length: 60 }, (_, i) => {
    return { MetricName: "Load", Unit: "Percent" as const, Value: 50, Timestamp: now - i * 60_000 };
  });
  await world.call(operations, "PutMetricData", { Namespace: "App", MetricData });
  return {
    async draw(widget: object | string, more: object = {}) {
      const MetricWidget = typeof widget === "string" ? widget : JSON.stringify(widget);
      return (await world.call(operations, "GetMetricWidgetImage", { MetricWidget, ...more })).MetricWidgetImage!;
    },
  };
}

const load = ["App", "Load"];
const red = { color: "#ff0000" };

/** How many pixels have about a color. */
function count(png: Uint8Array, color: readonly [number, number, number]): number {
  const { pixels } = decodePng(png);
  const isNear = (at: number) => color.every((value, i) => Math.abs(pixels[at + i]! - value) < 80);
  return Array.from({ length: pixels.length / 3 }, (_, i) => i * 3).filter(isNear).length;
}

describe("GetMetricWidgetImage", () => {
  test("draws metrics, math and searches", async () => {
    const { draw } = await picturesWorld();
    const metrics = [
      [...load, { id: "m1", visible: false, color: "#ff00ff" }],
      [{ expression: "m1 / 2", color: "#00ff00" }],
      [{ expression: "SEARCH('{App} MetricName=\"Load\"', 'Average', 60)", ...red }],
    ];
    const png = await draw({ metrics, period: 60, start: "-PT1H", width: 500, height: 300 });
    const { width, height } = decodePng(png);
    assert.deepEqual([width, height], [500, 300]);
    assert.ok(count(png, [255, 0, 0]) > 300 && count(png, [0, 255, 0]) > 300);
    assert.equal(count(png, [255, 0, 255]), 0, "what is not visible is not there");
  });

  test("a period that goes on is live data", async () => {
    const { draw } = await picturesWorld();
    // One point in all, in a period that has not ended.
    const widget = { metrics: [[...load, red]], period: 86_400, start: "-PT2H", legend: { position: "hidden" } };
    assert.equal(count(await draw(widget), [255, 0, 0]), 0);
    assert.ok(count(await draw({ ...widget, liveData: true }), [255, 0, 0]) > 3);
  });

  const bad: readonly [what: string, widget: object | string, more: object, message: RegExp][] = [
    ["a wrong widget", { metrics: [] }, {}, /^The metric widget is invalid: \/metrics: Should NOT have fewer than 1/],
    ["no JSON", "{", {}, /Invalid JSON/],
    ["a wrong expression", { metrics: [[{ expression: "m7" }]] }, {}, /Variable 'm7' is not defined/],
    [
      "a function that is not there",
      { metrics: [[...load, { id: "m1" }], [{ expression: "ANOMALY_DETECTION_BAND(m1)" }]] },
      {},
      /no anomaly detection/,
    ],
    ["too much", { metrics: [load], period: 1, start: "-P2D" }, {}, /limit of 100800/],
    ["another account", { metrics: [[...load, { accountId: "111122223333" }]] }, {}, /only be your own/],
    ["a bare picture", { metrics: [load] }, { OutputFormat: "image/png" }, /MetricWidgetImage/],
  ];
  for (const [what, widget, more, message] of bad) {
    test(`refuses ${what}`, async () => {
      const { draw } = await picturesWorld();
      await assert.rejects(draw(widget, more), isFault("ValidationError", message));
    });
  }
});
