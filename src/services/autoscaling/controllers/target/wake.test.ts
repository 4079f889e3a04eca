import assert from "node:assert/strict";
import { test } from "node:test";
import type { Key } from "#kernel/store.ts";
import { primaryOf, serviceKey, serviceRevisionKey, serviceRevisions, services } from "#services/ecs/model.ts";
import { holds } from "#services/elb/model.ts";
import { isFault } from "../../../../../test/support/context.ts";
import { type ScalingWorld, scaledService, scalingWorld, targetInput } from "../../../../../test/support/scaling.ts";
import { targetKey } from "../../model.ts";

const arn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/0123456789abcdef";
const tag = { Tags: { "estiva:wake-on-request": "true" } };

/** A service without tasks behind a target group, between these bounds. */
async function asleep(max = 5, more: object = tag, min = 0): Promise<ScalingWorld> {
  const world = await scalingWorld(0);
  const service = world.store.view(services).get(serviceKey(scaledService))!.value;
  const key = serviceRevisionKey(scaledService, primaryOf(service)!.revisionId);
  const revision = world.store.view(serviceRevisions).get(key)!.value;
  const loadBalancers = [{ targetGroupArn: arn, containerName: "app", containerPort: 80 }];
  await world.store.as("test").commit({ put: [{ key, value: { ...revision, loadBalancers } }] });
  await world.register(min, max, more);
  return world;
}

const held = (world: ScalingWorld) => world.store.view(holds).by("targetGroup", arn);

/** As the load balancer says it. */
async function request(world: ScalingWorld): Promise<void> {
  const put = held(world).map(({ key, value }) => ({ key, value: { ...value, waitingSince: world.clock.now() } }));
  await world.store.as("elb.intake").commit({ put });
  await world.settle();
}

const alarmed = async (world: ScalingWorld, alarm: object) => {
  const { PolicyARN } = await world.scaling("PutScalingPolicy", {
    ...{ ...targetInput, PolicyName: "sleep" },
    StepScalingPolicyConfiguration: {
      ...{ AdjustmentType: "ExactCapacity", Cooldown: 0 },
      StepAdjustments: [{ MetricIntervalUpperBound: 0, ScalingAdjustment: 0 }],
    },
  });
  await world.metrics("PutMetricAlarm", {
    ...{ AlarmName: "idle", Namespace: "AWS/ApplicationELB", MetricName: "RequestCount", Statistic: "Sum", Period: 60 },
    ...{ EvaluationPeriods: 5, Threshold: 1, ComparisonOperator: "LessThanThreshold", AlarmActions: [PolicyARN] },
    ...alarm,
  });
};
const requests = { namespace: "AWS/ApplicationELB", metricName: "RequestCount", dimensions: [], unit: "None" } as const;

test("a request wakes a service without tasks, and an activity tells why", async () => {
  const world = await asleep();
  await request(world);
  assert.equal(await world.desired(), 1);
  assert.equal(held(world)[0]!.value.waitingSince, undefined);
  const [activity] = await world.activities();
  assert.equal(activity!.Cause, "a request waits for a task of the service");
  await request(world);
  assert.equal(await world.desired(), 1, "one that waits on changes nothing");
  assert.equal((await world.activities()).length, 1);
});

test("it wakes to the minimum, where somebody has set the count to nothing", async () => {
  const world = await asleep(5, tag, 3);
  await world.fulfil({ desiredCount: 0 });
  await request(world);
  assert.equal(await world.desired(), 3);
});

test("requests are held for as long as the target says so", async () => {
  const world = await asleep();
  const [hold] = held(world);
  assert.deepEqual([hold!.value.seconds, hold!.value.owner], [60, targetKey(scaledService) as Key<unknown>]);
  const { ScalableTargets: [target] = [] } = await world.scaling("DescribeScalableTargets", {
    ServiceNamespace: "ecs",
  });
  const ResourceARN = target!.ScalableTargetARN!;
  const isHeld = async (is: boolean, change: () => Promise<unknown>) => {
    await change();
    await world.settle();
    assert.equal(held(world).length > 0, is);
  };
  const suspend = (is: boolean) =>
    world.register(0, 5, {
      SuspendedState: { DynamicScalingOutSuspended: is, DynamicScalingInSuspended: is, ScheduledScalingSuspended: is },
    });
  await isHeld(false, () => world.scaling("UntagResource", { ResourceARN, TagKeys: Object.keys(tag.Tags) }));
  await isHeld(true, () => world.scaling("TagResource", { ResourceARN, ...tag }));
  await isHeld(false, () => suspend(true));
  await isHeld(true, () => suspend(false));
  await isHeld(false, () => world.register(0, 0));
  await isHeld(true, () => world.register(0, 1));
  await isHeld(false, () => world.scaling("DeregisterScalableTarget", targetInput));
});

test("without the tag nothing is held; its value is checked", async () => {
  const world = await asleep(5, {});
  assert.equal(held(world).length, 0);
  const wrong = world.register(0, 5, { Tags: { "estiva:wake-on-request": "yes" } });
  await assert.rejects(wrong, isFault("ValidationException", /true or false: yes/));
});

test("missing requests that count as a breach put a service to sleep, not at once after it woke", async () => {
  const world = await asleep();
  await alarmed(world, { TreatMissingData: "breaching" });
  await world.minutes(7, undefined);
  await request(world);
  await world.minutes(4, undefined);
  assert.equal(await world.desired(), 1, "the alarm tells of the time before");
  await world.minutes(1, 20, requests);
  await world.minutes(5, undefined);
  assert.equal(await world.desired(), 1);
  await world.minutes(3, undefined);
  assert.equal(await world.desired(), 0);
});
