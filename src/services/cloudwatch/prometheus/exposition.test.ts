import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { parseExposition } from "../../../../test/support/exposition.ts";
import { valuePoint } from "../metrics/point.ts";
import { MetricStorage } from "../metrics/storage.ts";
import { type ExpositionFormat, formatOf, writeExposition } from "./exposition.ts";
import type { Family } from "./family.ts";
import { latestFamilies } from "./latest.ts";
import { familyName, labelsOf } from "./names.ts";

const odd = 'a "quoted"\\ \nline {x="y"}, é';
const families: readonly Family[] = [
  { name: "up", type: "gauge", help: odd, samples: [{ labels: [["a", odd]], value: -1.5e-7 }] },
  { name: "calls", type: "counter", help: "Calls.", samples: [{ labels: [], value: 3 }] },
  { name: "none", type: "gauge", help: "", samples: [] },
  {
    ...{ name: "time_seconds", type: "histogram", help: "Time." },
    samples: [
      { suffix: "_bucket", labels: [["le", "+Inf"]], value: Number.POSITIVE_INFINITY },
      { suffix: "_sum", labels: [], value: Number.NaN },
      { suffix: "_count", labels: [], value: 1e21 },
    ],
  },
];

function textOf(of: Iterable<Family>, format: ExpositionFormat): string {
  return [...writeExposition(of, format)].join("");
}

describe("the exposition format", () => {
  for (const format of ["text", "openmetrics"] as const) {
    test(`${format} is read as it was meant`, () => {
      const isOpenMetrics = format === "openmetrics";
      const { samples, types, helps } = parseExposition(textOf(families, format), { isOpenMetrics });
      assert.deepEqual(samples, [
        { name: "up", labels: { a: odd }, value: -1.5e-7 },
        { name: "calls_total", labels: {}, value: 3 },
        { name: "time_seconds_bucket", labels: { le: "+Inf" }, value: Number.POSITIVE_INFINITY },
        { name: "time_seconds_sum", labels: {}, value: Number.NaN },
        { name: "time_seconds_count", labels: {}, value: 1e21 },
      ]);
      assert.equal(types.get(isOpenMetrics ? "calls" : "calls_total"), "counter");
      const quote = isOpenMetrics ? '\\"' : '"';
      assert.equal(helps.get("up"), `a ${quote}quoted${quote}\\\\ \\nline {x=${quote}y${quote}}, é`);
    });
  }

  const accepts: readonly [accept: string | undefined, format: string][] = [
    [undefined, "text"],
    ["*/*", "text"],
    ["text/plain;version=0.0.4", "text"],
    ["application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5", "openmetrics"],
    ["application/openmetrics-text;q=0, text/plain", "text"],
  ];
  for (const [accept, format] of accepts) test(`${accept}: ${format}`, () => assert.equal(formatOf(accept), format));
});

test("text is made in parts, as it is asked for", () => {
  let made = 0;
  function* many(): Generator<Family> {
    const samples = Array.from({ length: 1000 }, (_, i) => ({ labels: [["id", `${i}`]] as const, value: i }));
    for (; made < 1000; made++) yield { name: `metric_${made}`, type: "gauge", help: "", samples };
  }
  const parts = writeExposition(many(), "text");
  const first = parts.next().value!;
  assert.ok(first.length < 70_000, `${first.length} characters`);
  assert.ok(made < 10, `${made} families`);
  const { samples } = parseExposition(first + parts.next().value);
  assert.equal(samples[1000]!.name, "metric_1");
});

test("names are those of the exporters", () => {
  const cases: readonly [namespace: string, metricName: string, name: string][] = [
    ["AWS/ECS", "CPUUtilization", "aws_ecs_cpuutilization"],
    ["AWS/ApplicationELB", "RequestCount", "aws_applicationelb_request_count"],
    ["AWS/ApplicationELB", "HTTPCode_Target_2XX_Count", "aws_applicationelb_httpcode_target_2_xx_count"],
    ["ECS/ContainerInsights", "CpuUtilized", "ecs_containerinsights_cpu_utilized"],
    ["My App", "p99 of é", "my_app_p99_of__"],
    ["1st", "x", "_1st_x"],
  ];
  for (const [namespace, metricName, name] of cases) assert.equal(familyName({ namespace, metricName }), name);
});

test("labels are sorted, and none is there twice", () => {
  const dimensions = [
    { name: "ServiceName", value: "web" },
    { name: "a.b", value: "1" },
    { name: "a-b", value: "2" },
  ];
  const name = { account: "000000000000", region: "us-east-1", namespace: "n", metricName: "m", dimensions };
  assert.deepEqual(labelsOf(name), [
    ["account_id", "000000000000"],
    ["dimension_ServiceName", "web"],
    ["dimension_a_b", "1"],
    ["dimension_a_b_", "2"],
    ["region", "us-east-1"],
  ]);
});

test("the latest minute that has ended is shown, of the first unit, by account and region", async () => {
  const clock = new VirtualClock();
  const storage = await MetricStorage.open({ files: memoryFiles(), clock, log: silentLog });
  const minute = Math.floor(clock.now() / 60_000) * 60;
  const sample = (minutesAgo: number, value: number, more: object = {}) => ({
    name: {
      ...{ account: "000000000000", region: "us-east-1", namespace: "App", metricName: "Load", unit: "Count" },
      ...{ dimensions: [], ...more },
    },
    point: valuePoint(minute - minutesAgo * 60, value, 2),
    isHighResolution: false,
  });
  await storage.append([
    ...[sample(3, 1), sample(1, 4), sample(1, 10, { unit: "None" })],
    ...[sample(0, 99), sample(1, 5, { region: "eu-west-1" }), sample(15, 7, { metricName: "Old" })],
    // Of the same name for Prometheus as the first.
    sample(1, 6, { namespace: "app" }),
  ]);
  const { samples } = parseExposition(textOf(await latestFamilies(storage, clock.now()), "text"));
  const found = samples
    .filter(({ labels }) => labels.region === "us-east-1")
    .map(({ name, value }) => [name, value] as const);
  assert.deepEqual(found, [
    ["app_load_average", 4],
    ["app_load_maximum", 4],
    ["app_load_minimum", 4],
    ["app_load_sample_count", 2],
    ["app_load_sum", 8],
  ]);
  const elsewhere = samples.find(({ name, labels }) => name === "app_load_sum" && labels.region === "eu-west-1");
  assert.deepEqual(elsewhere?.labels, { account_id: "000000000000", region: "eu-west-1" });
  assert.equal(samples.length, 10);
});
