import assert from "node:assert/strict";
import { test } from "node:test";
import { alarms } from "#services/cloudwatch/model.ts";
import { operations as ecs } from "#services/ecs/operations/index.ts";
import { deliveries } from "#services/events/model.ts";
import { noViews } from "../../../../../test/support/no-views.ts";
import { type ScalingWorld, scalingWorld, targetInput } from "../../../../../test/support/scaling.ts";
import { scaledToMax } from "../../event.ts";
import { scalingActivities, scheduledActions } from "../../model.ts";

const minute = 60_000;

/** A step policy and an alarm of a minute on CPUUtilization that invokes it. */
async function stepped(world: ScalingWorld, PolicyName: string, configuration: object, alarm: object = {}) {
  const { PolicyARN } = await world.scaling("PutScalingPolicy", {
    ...{ ...targetInput, PolicyName },
    StepScalingPolicyConfiguration: {
      ...{
        AdjustmentType: "ChangeInCapacity",
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
      },
      ...configuration,
    },
  });
  await world.metrics("PutMetricAlarm", {
    ...{ AlarmName: PolicyName, Namespace: "AWS/ECS", MetricName: "CPUUtilization", Statistic: "Average", Period: 60 },
    Dimensions: [
      { Name: "ClusterName", Value: "web" },
      { Name: "ServiceName", Value: "app" },
    ],
    ...{ EvaluationPeriods: 1, Threshold: 50, ComparisonOperator: "GreaterThanThreshold", AlarmActions: [PolicyARN] },
    ...alarm,
  });
  return PolicyARN;
}

test("an alarm invokes the policy that its action names, every minute as long as it lasts", async () => {
  const world = await scalingWorld();
  await world.register(1, 10);
  await stepped(world, "up", { Cooldown: 0 });
  await world.minutes(4, 80);
  assert.equal(await world.desired(), 5);
  const [activity] = await world.activities();
  assert.equal(activity!.Cause, "monitor alarm up in state ALARM triggered policy up");
});

test("in the cooldown a greater step adds the difference; a scale-in waits for its own", async () => {
  const world = await scalingWorld(10);
  await world.register(1, 20);
  const steps = [
    { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 20, ScalingAdjustment: 2 },
    { MetricIntervalLowerBound: 20, ScalingAdjustment: 3 },
  ];
  await stepped(world, "up", { StepAdjustments: steps });
  await world.minutes(3, 60);
  assert.equal(await world.desired(), 12);
  await world.minutes(1, 80);
  assert.equal(await world.desired(), 13);
  const down = [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -1 }];
  await stepped(world, "down", { StepAdjustments: down, Cooldown: 120 }, { ComparisonOperator: "LessThanThreshold" });
  await world.minutes(2, 10);
  assert.equal(await world.desired(), 12);
  await world.minutes(2, 10);
  assert.equal(await world.desired(), 11);
  await world.minutes(2, 60);
  assert.equal(await world.desired(), 13, "its cooldown ends with a scale-out");
});

test("a scale-in waits for the service to have fulfilled the last change", async () => {
  const world = await scalingWorld(5);
  await world.register(1, 10);
  const down = [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -1 }];
  await stepped(world, "up", { Cooldown: 0 });
  await stepped(world, "down", { StepAdjustments: down, Cooldown: 0 }, { ComparisonOperator: "LessThanThreshold" });
  const unfulfilled = async (...values: readonly number[]) => {
    for (const value of values) {
      await world.value(value);
      await world.pass(60);
    }
  };
  await unfulfilled(80, 10, 10, 10, 10);
  assert.equal(await world.desired(), 6, "it runs five yet");
  await world.fulfil();
  assert.equal(await world.desired(), 5);
});

test("an alarm whose actions are disabled, and one of another target, scale nothing", async () => {
  const world = await scalingWorld();
  await world.register(1, 10);
  const arn = await stepped(world, "up", {}, { ActionsEnabled: false });
  await stepped(world, "other", {}, { AlarmActions: [arn.replace("policyName/up", "policyName/none")] });
  await world.minutes(3, 80);
  assert.equal(await world.desired(), 1);
});

test("bounds hold at once when they are set, and not again before", async () => {
  const world = await scalingWorld(5);
  await world.register(7, 9);
  assert.equal(await world.desired(), 7);
  await world.register(1, 3);
  assert.equal(await world.desired(), 3);
  await world.fulfil({ desiredCount: 8 });
  await world.pass(600);
  assert.equal(await world.desired(), 8);
  await world.scaling("RegisterScalableTarget", targetInput);
  await world.settle();
  assert.equal(await world.desired(), 3, "even if no bound is given");
  const lines = (await world.activities()).map(({ Cause, StatusCode }) => [Cause, StatusCode]);
  assert.deepEqual(lines, [
    ["maximum capacity was set to 3", "InProgress"],
    ["maximum capacity was set to 3", "Overridden"],
    ["minimum capacity was set to 7", "Overridden"],
  ]);
});

test("scheduled actions set bounds at their times, one after the other over an outage", async () => {
  const world = await scalingWorld(2);
  await world.register(1, 20);
  const schedule = async (name: string, Schedule: string, ScalableTargetAction: object, more: object = {}) => {
    const what = { ...targetInput, ScheduledActionName: name, Schedule, ScalableTargetAction, ...more };
    await world.scaling("PutScheduledAction", what);
    await world.settle();
  };
  await schedule("morning", "cron(0 8 * * ? *)", { MinCapacity: 10, MaxCapacity: 20 }, { Timezone: "Europe/Lisbon" });
  await schedule("evening", "cron(0 20 * * ? *)", { MinCapacity: 1, MaxCapacity: 4 });
  await world.pass(8 * 3600 + 1);
  assert.equal(await world.desired(), 10);
  await world.pass(12 * 3600);
  assert.equal(await world.desired(), 4);
  const [bounds, change] = (await world.activities()).toReversed().slice(2);
  assert.deepEqual([bounds, change].map((each) => each!.Description).toSorted(), [
    "Setting desired count to 4.",
    "Setting min capacity to 1 and max capacity to 4",
  ]);
  await schedule("once", "at(2026-01-02T00:00:00)", { MaxCapacity: 15 });
  await schedule("impossible", "rate(10 days)", { MinCapacity: 99 });
  await world.stop();
  await world.clock.advance(36 * 3_600_000);
  await world.settle();
  const { ScalableTargets: targets } = await world.scaling("DescribeScalableTargets", { ServiceNamespace: "ecs" });
  // Midnight, the evening, and the second of the mornings.
  assert.deepEqual([targets![0]!.MinCapacity, targets![0]!.MaxCapacity], [10, 20]);
  await world.pass(9 * 24 * 3600);
  const failed = (await world.activities()).find(({ StatusCode }) => StatusCode === "Failed");
  assert.match(failed!.StatusMessage!, /Maximum capacity cannot be less than minimum capacity/);
});

test("suspended schedules pass", async () => {
  const world = await scalingWorld(2);
  await world.register(1, 20, { SuspendedState: { ScheduledScalingSuspended: true } });
  const action = { ScheduledActionName: "up", ScalableTargetAction: { MinCapacity: 5 } };
  await world.scaling("PutScheduledAction", { ...targetInput, ...action, Schedule: "rate(1 hour)" });
  await world.pass(3700);
  await world.register(1, 20, { SuspendedState: { ScheduledScalingSuspended: false } });
  await world.pass(60);
  assert.equal(await world.desired(), 2);
  await world.pass(3600);
  assert.equal(await world.desired(), 5);
});

test("a clock that was ahead and is set back stops no scheduled action", async () => {
  const world = await scalingWorld(2);
  await world.register(1, 20);
  const action = { ScheduledActionName: "up", ScalableTargetAction: { MinCapacity: 5 }, Schedule: "rate(8 minutes)" };
  await world.scaling("PutScheduledAction", { ...targetInput, ...action });
  const [put] = world.store.view(scheduledActions).all();
  const value = { ...put!.value, firedAt: world.clock.now() + 24 * 60 * minute };
  await world.store.as("test").commit({ put: [{ key: put!.key, value }] });
  await world.pass(500);
  assert.equal(await world.desired(), 5);
});

test("StartTime and EndTime bound the times", async () => {
  const world = await scalingWorld(2);
  await world.register(1, 20);
  const now = world.clock.now();
  const bounds = { StartTime: now + 10 * minute, EndTime: now + 20 * minute };
  const action = { ScheduledActionName: "up", ScalableTargetAction: { MinCapacity: 5 }, Schedule: "rate(8 minutes)" };
  await world.scaling("PutScheduledAction", { ...targetInput, ...action, ...bounds });
  await world.pass(599);
  assert.equal((await world.activities()).length, 0);
  await world.pass(3600);
  const bounded = (await world.activities()).filter(({ Cause }) => Cause.startsWith("scheduled"));
  assert.equal(bounded.length, 2);
});

test("an activity waits for the service, and fails with it", async () => {
  const world = await scalingWorld(1);
  await world.register(2, 20);
  const status = async () => (await world.activities())[0]!;
  assert.deepEqual(
    [(await status()).StatusCode, (await status()).StatusMessage],
    ["InProgress", "Successfully set desired count to 2. Waiting for change to be fulfilled by ecs."],
  );
  await world.pass(3601);
  assert.equal((await status()).StatusCode, "Unfulfilled");
  await world.register(3, 20);
  await world.call(ecs, "DeleteService", { cluster: "web", service: "app", force: true });
  await world.settle();
  assert.equal((await status()).StatusCode, "Failed");
  await world.pass(43 * 24 * 3600);
  assert.deepEqual(await world.activities(), []);
});

test("EventBridge is told when a target was scaled out to its maximum", async () => {
  const world = await scalingWorld(1);
  await world.register(3, 3);
  const [before] = [...world.store.view(scalingActivities).all()];
  await world.fulfil();
  const [after] = [...world.store.view(scalingActivities).all()];
  const [event] = scaledToMax.toEvents({ key: after!.key, before: before!.value, after: after!.value }, 0, noViews);
  assert.equal(event!.detailType, "Application Auto Scaling Scaling Activity State Change");
  assert.deepEqual(event!.detail, {
    ...{ startTime: "2026-01-01T00:00:00Z", endTime: "2026-01-01T00:00:00Z" },
    ...{ newDesiredCapacity: 3, oldDesiredCapacity: 1, minCapacity: 3, maxCapacity: 3 },
    ...{ resourceId: "service/web/app", scalableDimension: "ecs:service:DesiredCount", serviceNamespace: "ecs" },
    ...{ statusCode: "Successful", scaledToMax: true, direction: "scale-out" },
  });
  assert.deepEqual(
    scaledToMax.toEvents({ key: after!.key, before: after!.value, after: after!.value }, 0, noViews),
    [],
  );
  assert.equal([...world.store.view(deliveries).all()].length + [...world.store.view(alarms).all()].length, 0);
});
