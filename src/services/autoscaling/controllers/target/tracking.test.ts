import assert from "node:assert/strict";
import { test } from "node:test";
import { serviceKey } from "#services/ecs/model.ts";
import { type ScalingWorld, scaledService, scalingWorld, targetInput } from "../../../../../test/support/scaling.ts";

const cpu = { PredefinedMetricType: "ECSServiceAverageCPUUtilization" } as const;

async function tracked(desired: number, configuration: object = {}, bounds: readonly [number, number] = [1, 10]) {
  const world = await scalingWorld(desired);
  await world.register(...bounds);
  await put(world, "cpu", configuration);
  return world;
}

async function put(world: ScalingWorld, PolicyName: string, configuration: object) {
  const answer = await world.scaling("PutScalingPolicy", {
    ...{ ...targetInput, PolicyName, PolicyType: "TargetTrackingScaling" },
    TargetTrackingScalingPolicyConfiguration: {
      ...{ TargetValue: 50, PredefinedMetricSpecification: cpu },
      ...configuration,
    },
  });
  await world.settle();
  return answer;
}

test("three minutes above the target scale out in proportion, rounded up", async () => {
  const world = await tracked(2);
  await world.minutes(2, 90);
  assert.equal(await world.desired(), 2);
  await world.minutes(2, 90);
  assert.equal(await world.desired(), Math.ceil((2 * 90) / 50));
  const [activity] = await world.activities();
  const [alarm] = (
    await world.metrics("DescribeAlarms", { AlarmNamePrefix: "TargetTracking-service/web/app-AlarmHigh-" })
  ).MetricAlarms!;
  assert.deepEqual(
    [activity!.Description, activity!.Cause],
    ["Setting desired count to 4.", `monitor alarm ${alarm!.AlarmName} in state ALARM triggered policy cpu`],
  );
  assert.deepEqual(
    [activity!.StatusCode, activity!.StatusMessage],
    ["Successful", "Successfully set desired count to 4. Change successfully fulfilled by ecs."],
  );
});

test("within the cooldown only what is more than that is added, after it again", async () => {
  const world = await tracked(2);
  await world.minutes(4, 75);
  assert.equal(await world.desired(), 3);
  // 2 * 100 / 50 is 4: the one that was added counts.
  await world.minutes(3, 100);
  assert.equal(await world.desired(), 4);
  await world.minutes(5, 100);
  assert.equal(await world.desired(), 8);
});

test("a quarter of an hour below nine tenths of the target scales in, by the highest of its values", async () => {
  const world = await tracked(10);
  await world.minutes(1, 30);
  await world.minutes(12, 10);
  assert.equal(await world.desired(), 10, "not on fewer data points");
  await world.minutes(4, 10);
  assert.equal(await world.desired(), Math.ceil((10 * 30) / (0.95 * 50)));
  await world.minutes(2, 25);
  assert.equal(await world.desired(), 7, "in its cooldown");
});

test("not on missing data", async () => {
  const world = await tracked(10);
  await world.minutes(5, 5);
  await world.minutes(30, undefined);
  assert.equal(await world.desired(), 10);
  assert.deepEqual(await world.activities(true), []);
});

test("only when all policies that scale in agree, to the largest; out when any says so", async () => {
  const world = await tracked(8);
  const memory = { PredefinedMetricType: "ECSServiceAverageMemoryUtilization" } as const;
  await put(world, "memory", { PredefinedMetricSpecification: memory });
  const both = async (count: number, [first, second]: readonly [number, number]) => {
    for (let i = 0; i < count; i++) {
      await world.value(second, { metricName: "MemoryUtilization" });
      await world.minutes(1, first);
    }
  };
  await both(18, [10, 48]);
  assert.equal(await world.desired(), 8);
  await both(18, [10, 30]);
  assert.equal(await world.desired(), Math.ceil((8 * 30) / (0.95 * 50)));
  await both(4, [10, 60]);
  assert.equal(await world.desired(), Math.ceil((6 * 60) / 50));
});

test("not while a deployment goes on, and then told as a service that cannot be scaled", async () => {
  const world = await tracked(10);
  const deploying = async (rolloutState: "IN_PROGRESS" | "COMPLETED") => {
    const { deployments } = (await world.store.get(serviceKey(scaledService))).value!;
    await world.fulfil({ deployments: deployments.map((each) => ({ ...each, rolloutState })) });
  };
  await deploying("IN_PROGRESS");
  await world.minutes(17, 10);
  assert.equal(await world.desired(), 10);
  const [activity] = await world.activities(true);
  assert.deepEqual(activity!.NotScaledReasons, [{ Code: "TargetServicePutResourceAsUnscalable" }]);
  assert.deepEqual(await world.activities(), []);
  await deploying("COMPLETED");
  await world.minutes(1, 10);
  assert.equal(await world.desired(), Math.ceil((10 * 10) / (0.95 * 50)));
});

test("not beyond the bounds, which is told once", async () => {
  const world = await tracked(4, {}, [4, 4]);
  await world.minutes(20, 90);
  await world.minutes(20, 10);
  assert.equal(await world.desired(), 4);
  const told = (await world.activities(true)).map(({ NotScaledReasons: reasons }) => reasons);
  assert.deepEqual(told, [
    [{ Code: "AlreadyAtMinCapacity", MinCapacity: 4 }],
    [{ Code: "AlreadyAtMaxCapacity", MaxCapacity: 4 }],
  ]);
});

test("suspended scaling rests in its direction", async () => {
  const world = await tracked(4);
  await world.register(1, 10, { SuspendedState: { DynamicScalingOutSuspended: true } });
  await world.minutes(5, 90);
  assert.equal(await world.desired(), 4);
  await world.register(1, 10, { SuspendedState: { DynamicScalingOutSuspended: false } });
  await world.minutes(1, 90);
  assert.equal(await world.desired(), 8);
});

test("a policy without scale-in makes no alarm for it", async () => {
  const world = await tracked(4, { DisableScaleIn: true });
  const { MetricAlarms } = await world.metrics("DescribeAlarms", {});
  assert.equal(MetricAlarms!.length, 1);
});

test("not to a capacity that noise would bring back, which is told", async () => {
  const world = await tracked(6);
  await world.minutes(16, 41);
  assert.equal(await world.desired(), 6);
  const [activity] = await world.activities(true);
  assert.deepEqual(activity!.NotScaledReasons, [{ Code: "AutoScalingAnticipatedFlapping", CurrentCapacity: 6 }]);
});

test("metric math is tracked", async () => {
  const metric = (Id: string, MetricName: string) => ({
    ...{ Id, ReturnData: false },
    MetricStat: { Metric: { Namespace: "Queue", MetricName }, Stat: "Average" },
  });
  const Metrics = [metric("m1", "Visible"), metric("m2", "Tasks"), { Id: "e1", Expression: "m1 / m2" }];
  const world = await tracked(2, {
    ...{ TargetValue: 100, PredefinedMetricSpecification: undefined },
    CustomizedMetricSpecification: { Metrics },
  });
  const queue = { namespace: "Queue", dimensions: [], unit: "None" } as const;
  for (let i = 0; i < 4; i++) {
    await world.value(2, { ...queue, metricName: "Tasks" });
    await world.minutes(1, 500, { ...queue, metricName: "Visible" });
  }
  assert.equal(await world.desired(), 5);
});

test("what happened while the platform was down is seen to afterwards", async () => {
  const world = await tracked(2);
  await world.minutes(2, 90);
  await world.stop();
  await world.clock.advance(30_000);
  await world.value(90);
  await world.clock.advance(40_000);
  assert.equal(await world.desired(), 2);
  await world.settle();
  assert.equal(await world.desired(), 4);
});
