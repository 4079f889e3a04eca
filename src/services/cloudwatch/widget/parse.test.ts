import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseWidget, type Widget } from "./parse.ts";
import { parseMoment } from "./time.ts";

const nowMs = Date.UTC(2026, 3, 25, 12);
const hour = 3_600_000;
const cpu = ["AWS/ECS", "CPUUtilization", "ClusterName", "default", "ServiceName", "web"];

function parse(widget: unknown): Widget {
  const parsed = parseWidget(JSON.stringify(widget), { region: "us-east-1", nowMs });
  assert.ok("picture" in parsed, JSON.stringify(parsed));
  return parsed;
}

test("a widget says little, the rest is as CloudWatch has it", () => {
  const { picture, metrics, startMs, endMs, liveData } = parse({ metrics: [cpu] });
  assert.deepEqual([startMs, endMs, liveData], [nowMs - 3 * hour, nowMs, false]);
  const { width, height, view, stacked, legend, zoneMinutes } = picture;
  assert.deepEqual([width, height, view, stacked, legend, zoneMinutes], [600, 400, "timeSeries", false, "bottom", 0]);
  const Dimensions = [
    { Name: "ClusterName", Value: "default" },
    { Name: "ServiceName", Value: "web" },
  ];
  const Metric = { Namespace: "AWS/ECS", MetricName: "CPUUtilization", Dimensions };
  const query = { Id: "m1", ReturnData: true, MetricStat: { Metric, Period: 300, Stat: "Average" } };
  assert.deepEqual(metrics, [{ side: "left", query }]);
});

describe("shorthand", () => {
  const cases: readonly [metric: readonly string[], written: readonly string[]][] = [
    [
      [".", "MemoryUtilization", ".", ".", ".", "."],
      ["AWS/ECS", "MemoryUtilization", ...cpu.slice(2)],
    ],
    [
      ["...", "api"],
      [...cpu.slice(0, 5), "api"],
    ],
    [["..."], cpu],
    [
      [".", "MemoryUtilization", "..."],
      ["AWS/ECS", "MemoryUtilization", ...cpu.slice(2)],
    ],
    [
      ["App", "Load", ".", "."],
      ["App", "Load", "ClusterName", "default"],
    ],
  ];
  for (const [metric, written] of cases) {
    test(metric.join(" "), () => {
      const {
        Namespace,
        MetricName,
        Dimensions = [],
      } = parse({ metrics: [cpu, metric] }).metrics[1]!.query.MetricStat!.Metric;
      assert.deepEqual([Namespace, MetricName, ...Dimensions.flatMap(({ Name, Value }) => [Name, Value])], written);
    });
  }
});

test("each metric may differ, and the ids that are not given are made up beside those that are", () => {
  const { metrics } = parse({
    ...{ stat: "Sum", period: 60 },
    metrics: [
      [...cpu, { id: "m1", visible: false }],
      ["...", { stat: "p99", period: 300, yAxis: "right", color: "#f00", label: "slow" }],
      [{ expression: "m1 * 2", label: "twice" }],
    ],
  });
  assert.deepEqual(
    metrics.map(({ query, side, color }) => [query.Id, query.Expression, query.Label, query.ReturnData, side, color]),
    [
      ["m1", undefined, undefined, false, "left", undefined],
      ["m2", undefined, "slow", true, "right", [255, 0, 0]],
      ["e1", "m1 * 2", "twice", true, "left", undefined],
    ],
  );
  assert.deepEqual(
    metrics.slice(0, 2).map(({ query }) => [query.MetricStat!.Stat, query.MetricStat!.Period]),
    [
      ["Sum", 60],
      ["p99", 300],
    ],
  );
});

test("lines and bands", () => {
  const { picture } = parse({
    metrics: [cpu],
    annotations: {
      horizontal: [
        { value: 75, label: "high", fill: "above", color: "#00f" },
        [{ value: 10 }, { value: 20, label: "top" }],
        { value: 5, visible: false },
      ],
      vertical: [{ value: "2026-04-25T11:00:00Z", fill: "after" }],
    },
  });
  assert.deepEqual(picture.horizontal, [
    { value: 75, label: "high", fill: "above", color: [0, 0, 255], side: "left" },
    { value: 10, fill: { to: 20, label: "top" }, color: [214, 39, 40], side: "left" },
  ]);
  assert.deepEqual(picture.vertical, [{ time: nowMs / 1000 - 3600, fill: "after", color: [214, 39, 40] }]);
});

test("the period can be the whole range", () => {
  const { metrics } = parse({ metrics: [cpu], view: "singleValue", setPeriodToTimeRange: true, start: "-PT90M" });
  assert.equal(metrics[0]!.query.MetricStat!.Period, 5400);
});

describe("what cannot be drawn is refused", () => {
  const cases: readonly [what: string, widget: object, path: string, message: RegExp][] = [
    ["no metrics", {}, "", /required property 'metrics'/],
    ["an unknown member", { metrics: [cpu], colour: "red" }, "", /additional properties: 'colour'/],
    ["a table", { metrics: [cpu], view: "table" }, "/view", /allowed values/],
    ["too wide", { metrics: [cpu], width: 2001 }, "/width", /<= 2000/],
    ["dots before any metric", { metrics: [["..."]] }, "/metrics/0", /no metric before it/],
    ["half a dimension", { metrics: [["A", "B", "C"]] }, "/metrics/0", /pairs/],
    ["another region", { metrics: [cpu], region: "eu-west-1" }, "/region", /of one region/],
    ["another region of a metric", { metrics: [[...cpu, { region: "x" }]] }, "/metrics/0", /of one region/],
    ["no time", { metrics: [cpu], start: "yesterday" }, "/start", /ISO 8601/],
    ["an end before the start", { metrics: [cpu], start: "-PT1H", end: "-PT2H" }, "/start", /before the end/],
    ["a gauge without ends", { metrics: [cpu], view: "gauge" }, "/yAxis/left", /minimum and the maximum/],
    ["ends the wrong way", { metrics: [cpu], yAxis: { left: { min: 2, max: 1 } } }, "/yAxis/left", /below the max/],
    ["one period over time", { metrics: [cpu], setPeriodToTimeRange: true }, "/setPeriodToTimeRange", /one period/],
    ["an alarm", { metrics: [cpu], annotations: { alarms: ["a"] } }, "/annotations", /'alarms'/],
    ["a wrong color", { metrics: [[...cpu, { color: "red" }]] }, "/metrics/0", /more than 6 items/],
  ];
  for (const [what, widget, path, message] of cases) {
    test(what, () => {
      const found = parseWidget(JSON.stringify(widget), { region: "us-east-1", nowMs });
      assert.ok(!("picture" in found), "it was taken");
      assert.equal(found[0]!.dataPath, path);
      assert.match(found[0]!.message, message);
    });
  }
  test("no JSON", () => assert.ok(!("picture" in parseWidget("{", { region: "us-east-1", nowMs }))));
});

test("moments", () => {
  const cases: readonly [text: string, ms: number | undefined][] = [
    ["-PT3H", nowMs - 3 * hour],
    ["-PT0H", nowMs],
    ["PT0H", nowMs],
    ["-P7D", nowMs - 168 * hour],
    ["-P1DT12H30M", nowMs - 36.5 * hour],
    ["-P1W", nowMs - 168 * hour],
    ["-P1M", nowMs - 720 * hour],
    ["2026-04-25T10:00:00.000Z", nowMs - 2 * hour],
    ["2026-04-25T12:00:00+0200", nowMs - 2 * hour],
    ["2026-04-25T10:00:00", nowMs - 2 * hour],
    ["2026-04-25", nowMs - 12 * hour],
    ["-P", undefined],
    ["-PT", undefined],
    ["12 o'clock", undefined],
    ["2026-13-45T10:00:00Z", undefined],
  ];
  for (const [text, ms] of cases) assert.equal(parseMoment(text, nowMs), ms, text);
});
