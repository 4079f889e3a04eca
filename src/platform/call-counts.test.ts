import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { MeasuredAt, Measurement } from "#kernel/metric-sink.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { CallCounts, type CountedCall } from "./call-counts.ts";

/** Usage metrics of calls, as CloudWatch's, CloudWatch Logs' and EventBridge Scheduler's guides document them. */

const start = Date.UTC(2026, 0, 1, 12);
const place = { account: "123456789012", region: "us-east-1" };

let clock: VirtualClock;
let counts: CallCounts;
let published: (readonly [MeasuredAt, readonly Measurement[]])[];

/** What was published: minute, region, service, operation, sum. */
function points() {
  return published.flatMap(([{ time }, measurements]) =>
    measurements.map(({ region, dimensions, values }) => {
      const sum = values.reduce((total, { value, count }) => total + value * count, 0);
      return [(time - start) / 60_000, region, dimensions.Service, dimensions.Resource, sum];
    }),
  );
}

function call(service: string, operation: string, where: CountedCall["place"] = place): void {
  counts.take({ service, operation, place: where });
}

describe("CallCount of AWS/Usage", () => {
  beforeEach(() => {
    clock = new VirtualClock(start);
    published = [];
    const sink = {
      async put(measurements: readonly Measurement[], at: MeasuredAt) {
        published.push([at, measurements]);
      },
    };
    counts = new CallCounts({ sink, clock, log: silentLog });
  });

  it("has the names, dimensions and unit of AWS", async () => {
    await clock.advance(30_000);
    call("cloudwatch", "PutMetricData");
    await clock.advance(30_000);
    const metric = {
      ...place,
      namespace: "AWS/Usage",
      metricName: "CallCount",
      dimensions: { Class: "None", Resource: "PutMetricData", Service: "CloudWatch", Type: "API" },
      unit: "None",
    };
    assert.deepEqual(published, [
      [{ time: start, periodSeconds: 60 }, [{ ...metric, values: [{ value: 1, count: 1 }] }]],
    ]);
  });

  it("is one point a minute for each operation of each place that was called", async () => {
    call("logs", "PutLogEvents");
    call("logs", "PutLogEvents");
    call("logs", "PutLogEvents", { ...place, region: "eu-west-1" });
    call("scheduler", "CreateSchedule");
    await clock.advance(59_999);
    assert.deepEqual(points(), []);
    await clock.advance(1);
    call("logs", "PutLogEvents");
    await clock.advance(60_000);
    assert.deepEqual(points(), [
      [0, "us-east-1", "Logs", "PutLogEvents", 2],
      [0, "eu-west-1", "Logs", "PutLogEvents", 1],
      [0, "us-east-1", "Scheduler", "CreateSchedule", 1],
      [1, "us-east-1", "Logs", "PutLogEvents", 1],
    ]);
  });

  it("costs no timer while nothing is called that is counted", async () => {
    call("ecs", "ListClusters");
    call("cloudwatch", "ListDashboards");
    counts.take({ service: "logs", operation: "PutLogEvents", place: undefined });
    assert.equal(clock.nextAt(), undefined);
    call("logs", "PutLogEvents");
    assert.equal(clock.nextAt(), start + 60_000);
    await clock.advance(60_000);
    assert.equal(clock.nextAt(), undefined);
  });

  it("is published as the platform ends", async () => {
    call("logs", "PutLogEvents");
    await counts.close();
    assert.deepEqual(points(), [[0, "us-east-1", "Logs", "PutLogEvents", 1]]);
    call("logs", "PutLogEvents");
    assert.equal(clock.nextAt(), undefined);
    await counts.close();
    assert.equal(published.length, 1);
  });

  it("a disk that is full ends nothing", async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
    const put = () => Promise.reject(new DriverError("Unavailable", "the disk is full"));
    const failing = new CallCounts({ sink: { put }, clock, log });
    failing.take({ service: "logs", operation: "PutLogEvents", place });
    await failing.close();
    assert.deepEqual(warnings, ["Counts of calls could not be stored"]);
  });
});
