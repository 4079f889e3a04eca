import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccessRecord } from "#kernel/load-balancing.ts";
import type { LoadBalancerRecord } from "../model.ts";
import { responseTimes } from "./response-time.ts";

const at = { account: "000000000000", region: "us-east-1" };
const loadBalancer = { ...at, type: "application", name: "web", id: "50dc6c495c0c9188" } as LoadBalancerRecord;
const record = (time: number, group: string, targetResponseMs?: number): AccessRecord => ({
  ...{ nodeId: "n", listenerArn: "l", time, line: "", receivedBytes: 0, sentBytes: 0 },
  targetGroupArn: `arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/${group}/1`,
  ...(targetResponseMs !== undefined && { targetResponseMs }),
});

test("how long targets took, by minutes, load balancer, zone and target group; who did not answer has no time", () => {
  const minutes = responseTimes(loadBalancer, { availabilityZone: "us-east-1a" }, [
    ...[
      record(60_000, "one", 5),
      { ...record(61_000, "one", 5), standsFor: 20 },
      record(119_999, "two", 250),
      record(119_999, "two"),
    ],
    record(120_000, "one", 0),
  ]);
  assert.deepEqual(
    minutes.map(({ time, measurements }) => [time, measurements.length]),
    [
      [60_000, 6],
      [120_000, 4],
    ],
  );
  const [all, zone, one] = minutes[0]!.measurements;
  const LoadBalancer = "app/web/50dc6c495c0c9188";
  assert.deepEqual(all, {
    ...{ ...at, namespace: "AWS/ApplicationELB", metricName: "TargetResponseTime", unit: "Seconds" },
    dimensions: { LoadBalancer },
    values: [
      { value: 0.005, count: 21 },
      { value: 0.25, count: 1 },
    ],
  });
  assert.deepEqual(zone!.dimensions, { LoadBalancer, AvailabilityZone: "us-east-1a" });
  assert.deepEqual(one!.dimensions, { LoadBalancer, TargetGroup: "targetgroup/one/1" });
  assert.deepEqual(one!.values, [{ value: 0.005, count: 21 }]);
});
