import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { Fault } from "#kernel/fault.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { cloudWatchCollections, MetricStorage } from "../index.ts";
import { createOperations } from "./index.ts";

async function dashboardsWorld() {
  const world = await testWorld({ collections: cloudWatchCollections, model: "cloudwatch" });
  const storage = await MetricStorage.open({ files: memoryFiles(), clock: world.clock, log: silentLog });
  const operations = createOperations(storage);
  const put = (DashboardName: string, body: object | string, more: object = {}, at: object = {}) => {
    const DashboardBody = typeof body === "string" ? body : JSON.stringify(body);
    return world.call(operations, "PutDashboard", { DashboardName, DashboardBody, ...more }, at);
  };
  return { ...world, operations, put };
}

const metricWidget = (properties: object) => ({
  widgets: [{ type: "metric", x: 0, y: 0, width: 6, height: 6, properties: { region: "us-east-1", ...properties } }],
});
const metrics = [["AWS/ECS", "CPUUtilization", "ClusterName", "default"]];
const renderer = { color: "#ff0000", stat: "p99", period: 60, yAxis: "right", label: "CPU", visible: true };
const text = { type: "text", properties: { markdown: "# Hello" } };

describe("dashboards", () => {
  test("are put, shown, listed in every region, replaced, tagged and deleted", async () => {
    const { put, call, operations, clock } = await dashboardsWorld();
    assert.deepEqual(await put("web", { widgets: [] }, { Tags: [{ Key: "a", Value: "1" }] }), {
      DashboardValidationMessages: [],
    });
    await put("api", { widgets: [text] }, {}, { region: "eu-west-1" });
    const body = JSON.stringify(metricWidget({ metrics }));
    const arn = "arn:aws:cloudwatch::000000000000:dashboard/web";
    await put("web", body, { Tags: [{ Key: "b", Value: "2" }] });
    const shown = await call(operations, "GetDashboard", { DashboardName: "web" }, { region: "eu-west-1" });
    assert.deepEqual(shown, { DashboardArn: arn, DashboardName: "web", DashboardBody: body });
    const { DashboardEntries: all } = await call(operations, "ListDashboards", {});
    assert.deepEqual(
      all!.map(({ DashboardName, Size }) => [DashboardName, Size]),
      [
        ["api", Buffer.byteLength(JSON.stringify({ widgets: [text] }))],
        ["web", body.length],
      ],
    );
    assert.equal(all![1]!.LastModified, clock.now());
    assert.deepEqual((await call(operations, "ListDashboards", { DashboardNamePrefix: "x" })).DashboardEntries, []);
    const elsewhere = await call(operations, "ListDashboards", {}, { account: "111122223333" });
    assert.deepEqual(elsewhere.DashboardEntries, []);
    // Tags are for new dashboards only.
    assert.deepEqual((await call(operations, "ListTagsForResource", { ResourceARN: arn })).Tags, [
      { Key: "a", Value: "1" },
    ]);
    for (const Key of ["aws:x", "AWS:x"]) {
      const reserved = call(operations, "TagResource", { ResourceARN: arn, Tags: [{ Key, Value: "" }] });
      await assert.rejects(reserved, isFault("ValidationError", /reserved for system use/));
    }
    await call(operations, "TagResource", { ResourceARN: arn, Tags: [{ Key: "c", Value: "3" }] });
    await call(operations, "UntagResource", { ResourceARN: arn, TagKeys: ["a"] });
    assert.deepEqual((await call(operations, "ListTagsForResource", { ResourceARN: arn })).Tags, [
      { Key: "c", Value: "3" },
    ]);
    const otherPartition = call(operations, "ListTagsForResource", { ResourceARN: arn.replace("aws", "aws-cn") });
    await assert.rejects(otherPartition, isFault("InvalidParameterValueException", /is the ARN of neither/));
    const gone = call(operations, "DeleteDashboards", { DashboardNames: ["none", "web"] });
    await assert.rejects(gone, isFault("InvalidParameterValueException", /^Dashboard none does not exist$/));
    const get = call(operations, "GetDashboard", { DashboardName: "web" });
    await assert.rejects(get, isFault("DashboardNotFoundError", /Dashboard web does not exist/));
    await call(operations, "DeleteDashboards", { DashboardNames: ["api"] });
    assert.deepEqual((await call(operations, "ListDashboards", {})).DashboardEntries, []);
  });

  test("a name has letters, digits, dashes and underscores", async () => {
    const { put } = await dashboardsWorld();
    await assert.rejects(
      put("a b", { widgets: [] }),
      isFault("InvalidParameterValue", /can only contain alphanumerics, dash \(-\) and underscore \(_\)\.\n$/),
    );
  });

  const good: readonly [what: string, body: object, warnings: readonly string[]][] = [
    ["no widgets", { widgets: [], start: "-PT6H", periodOverride: "inherit" }, []],
    ["a metric", metricWidget({ metrics, view: "timeSeries", stacked: false }), []],
    ["shorthand and renderers", metricWidget({ metrics: [...metrics, [".", ".", ".", "web", renderer], ["..."]] }), []],
    ["math", metricWidget({ metrics: [[{ expression: "m1*2", id: "e1" }], ["A", "B", { id: "m1" }]] }), []],
    ["an alarm's graph", metricWidget({ annotations: { alarms: ["arn:aws:cloudwatch:us-east-1:0:alarm:a"] } }), []],
    ["a band", metricWidget({ metrics, annotations: { horizontal: [[{ value: 1 }, { value: 2 }]] } }), []],
    ["a text", { widgets: [text] }, []],
    ["more than is known", { widgets: [{ ...text, colour: "red" }], theme: 1 }, ["/widgets/0", ""]],
  ];
  for (const [what, body, warnings] of good) {
    test(`a body with ${what} is taken`, async () => {
      const { put } = await dashboardsWorld();
      const { DashboardValidationMessages: messages } = await put("web", body);
      assert.deepEqual(
        messages!.map(({ DataPath }) => DataPath),
        warnings,
      );
    });
  }

  const notString = 'Invalid metric field type, only "String" type is allowed';
  const wrongMetrics =
    'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element';
  const allowed = "Should be equal to one of the allowed values";
  const bad: readonly [what: string, body: object | string, path: string, message: string][] = [
    ["no JSON", "{", "/", "Invalid JSON"],
    ["no object", "[]", "", "Should be object"],
    ["no widgets", {}, "", "Should have required property 'widgets'"],
    ["an unknown type", { widgets: [{ type: "cake", properties: {} }] }, "/widgets/0/type", allowed],
    [
      "no region",
      { widgets: [{ type: "metric", properties: { metrics } }] },
      "/widgets/0/properties",
      "Should have required property 'region'",
    ],
    ["neither metrics nor alarm", metricWidget({}), "/widgets/0/properties", "Should have required property 'metrics'"],
    ["metrics in one array", metricWidget({ metrics: ["A"] }), "/widgets/0/properties/metrics/0", wrongMetrics],
    ["a number", metricWidget({ metrics: [["A", 1]] }), "/widgets/0/properties/metrics/0/1", notString],
    [
      "dimensions as an object",
      metricWidget({ metrics: [["A", "B", { dimensions: {} }]] }),
      "/widgets/0/properties/metrics/0",
      "Should NOT have more than 2 items",
    ],
    ["a wrong view", metricWidget({ metrics, view: "cube" }), "/widgets/0/properties/view", allowed],
    ["too wide a widget", { widgets: [{ ...text, width: 25 }] }, "/widgets/0/width", "Should be <= 24"],
    ["a wrong place", { widgets: [{ ...text, x: -1 }] }, "/widgets/0/x", "Should be >= 0"],
  ];
  for (const [what, body, DataPath, Message] of bad) {
    test(`a body with ${what} is refused`, async () => {
      const { put, call, operations } = await dashboardsWorld();
      await assert.rejects(put("web", body), (error: unknown) => {
        assert.ok(error instanceof Fault && error.code === "DashboardInvalidInputError", String(error));
        assert.match(error.message, /^The dashboard body is invalid, there is 1 validation error:\n\[\n {2}\{/);
        assert.deepEqual(error.members, { dashboardValidationMessages: [{ DataPath, Message }] });
        return true;
      });
      assert.deepEqual((await call(operations, "ListDashboards", {})).DashboardEntries, []);
    });
  }
});
