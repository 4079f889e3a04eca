import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PutScalingPolicyRequest, PutScheduledActionRequest } from "#generated/application-autoscaling/types.ts";
import { isFault } from "../../../../test/support/context.ts";
import { type ScalingWorld, scalingWorld, targetInput } from "../../../../test/support/scaling.ts";

const words = "service namespace: ecs, resource ID: service/web/app, scalable dimension: ecs:service:DesiredCount";
const cpu = { PredefinedMetricType: "ECSServiceAverageCPUUtilization" } as const;
const tracking = {
  PolicyType: "TargetTrackingScaling",
  TargetTrackingScalingPolicyConfiguration: { TargetValue: 70, PredefinedMetricSpecification: cpu },
} as const;
const up = {
  StepScalingPolicyConfiguration: {
    AdjustmentType: "ChangeInCapacity",
    StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
  },
} as const;

async function registered(): Promise<ScalingWorld> {
  const world = await scalingWorld();
  await world.register(1, 10);
  return world;
}

const put = (world: ScalingWorld, PolicyName: string, more: Partial<PutScalingPolicyRequest>) =>
  world.scaling("PutScalingPolicy", { ...targetInput, PolicyName, ...more });

describe("scalable targets", () => {
  test("are registered, described and deregistered with all that is theirs", async () => {
    const world = await registered();
    const { ScalableTargets: [target] = [] } = await world.scaling("DescribeScalableTargets", {
      ServiceNamespace: "ecs",
    });
    assert.match(
      target!.ScalableTargetARN!,
      /^arn:aws:application-autoscaling:us-east-1:0{12}:scalable-target\/\w{36}$/,
    );
    assert.match(target!.RoleARN, /AWSServiceRoleForApplicationAutoScaling_ECSService$/);
    assert.deepEqual([target!.MinCapacity, target!.MaxCapacity], [1, 10]);
    await put(world, "cpu", tracking);
    const { PolicyARN } = await put(world, "up", up);
    const alarm = { AlarmName: "own", Namespace: "N", MetricName: "M", Statistic: "Sum", Period: 60 } as const;
    const limit = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" } as const;
    await world.metrics("PutMetricAlarm", { ...alarm, ...limit, AlarmActions: [PolicyARN, "https://example.com/"] });
    const action = { ScheduledActionName: "a", Schedule: "rate(1 hour)", ScalableTargetAction: { MinCapacity: 2 } };
    await world.scaling("PutScheduledAction", { ...targetInput, ...action });
    await world.scaling("DeregisterScalableTarget", targetInput);
    const { MetricAlarms } = await world.metrics("DescribeAlarms", {});
    assert.deepEqual(
      MetricAlarms!.map(({ AlarmName, AlarmActions }) => [AlarmName, AlarmActions]),
      [["own", ["https://example.com/"]]],
    );
    const { ScalingPolicies } = await world.scaling("DescribeScalingPolicies", { ServiceNamespace: "ecs" });
    const { ScheduledActions } = await world.scaling("DescribeScheduledActions", { ServiceNamespace: "ecs" });
    assert.deepEqual([ScalingPolicies, ScheduledActions], [[], []]);
    const gone = isFault("ObjectNotFoundException", `No scalable target registered for ${words}`);
    await assert.rejects(world.scaling("DeregisterScalableTarget", targetInput), gone);
  });

  const refused: readonly [what: string, input: object, message: RegExp][] = [
    ["other namespaces", { ServiceNamespace: "dynamodb" }, /^Unsupported service namespace/],
    ["other resources", { ResourceId: "table/t" }, /^Unsupported service namespace/],
    [
      "services that are not there",
      { ResourceId: "service/web/none" },
      /^ECS service doesn't exist: service\/web\/none$/,
    ],
    ["bounds that are none", { MaxCapacity: 0 }, /^Maximum capacity cannot be less than minimum capacity$/],
    ["less than nothing", { MinCapacity: -1 }, /less than 0/],
    ["no bounds", { MinCapacity: undefined }, /required/],
  ];
  for (const [what, input, message] of refused) {
    test(`${what} are refused`, async () => {
      const world = await scalingWorld();
      const wanted = { ...targetInput, MinCapacity: 1, MaxCapacity: 2, ...input };
      await assert.rejects(world.scaling("RegisterScalableTarget", wanted), isFault("ValidationException", message));
    });
  }

  test("have tags", async () => {
    const world = await scalingWorld();
    await world.register(1, 2, { Tags: { a: "1", b: "2" } });
    const [{ ScalableTargetARN: ResourceARN } = {}] = (
      await world.scaling("DescribeScalableTargets", { ServiceNamespace: "ecs" })
    ).ScalableTargets!;
    await world.scaling("TagResource", { ResourceARN: ResourceARN!, Tags: { c: "3" } });
    await world.scaling("UntagResource", { ResourceARN: ResourceARN!, TagKeys: ["a"] });
    const { Tags } = await world.scaling("ListTagsForResource", { ResourceARN: ResourceARN! });
    assert.deepEqual(Tags, { b: "2", c: "3" });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, ""]));
    const tag = world.scaling("TagResource", { ResourceARN: ResourceARN!, Tags: many });
    await assert.rejects(tag, isFault("TooManyTagsException"));
    const none = world.scaling("ListTagsForResource", { ResourceARN: `${ResourceARN}0` });
    await assert.rejects(none, isFault("ResourceNotFoundException"));
  });
});

describe("scaling policies", () => {
  test("of target tracking make AWS's alarms, anew with every change", async () => {
    const world = await registered();
    const { PolicyARN, Alarms } = await put(world, "cpu", tracking);
    assert.match(
      PolicyARN,
      /^arn:aws:autoscaling:us-east-1:0{12}:scalingPolicy:[\w-]{36}:resource\/ecs\/service\/web\/app:policyName\/cpu$/,
    );
    const { MetricAlarms } = await world.metrics("DescribeAlarms", {});
    const [high, low] = MetricAlarms!;
    assert.match(high!.AlarmName!, /^TargetTracking-service\/web\/app-AlarmHigh-[\w-]{36}$/);
    assert.match(low!.AlarmName!, /^TargetTracking-service\/web\/app-AlarmLow-[\w-]{36}$/);
    const numbers = [high, low].map((alarm) => [
      ...[alarm!.ComparisonOperator, alarm!.Threshold, alarm!.EvaluationPeriods, alarm!.Period, alarm!.Statistic],
      ...[alarm!.Unit, alarm!.Namespace, alarm!.MetricName, alarm!.AlarmDescription, alarm!.AlarmActions],
    ]);
    const description = `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${PolicyARN}.`;
    const rest = [60, "Average", "Percent", "AWS/ECS", "CPUUtilization", description, [PolicyARN]];
    assert.deepEqual(numbers, [
      ["GreaterThanThreshold", 70, 3, ...rest],
      ["LessThanThreshold", 63, 15, ...rest],
    ]);
    const { ScalingPolicies: [policy] = [] } = await world.scaling("DescribeScalingPolicies", {
      ServiceNamespace: "ecs",
    });
    assert.deepEqual(policy!.Alarms, Alarms);
    const again = await put(world, "cpu", tracking);
    assert.equal(again.PolicyARN, PolicyARN);
    assert.notDeepEqual(again.Alarms, Alarms);
    assert.equal((await world.metrics("DescribeAlarms", {})).MetricAlarms!.length, 2);
    await world.scaling("DeleteScalingPolicy", { ...targetInput, PolicyName: "cpu" });
    assert.deepEqual((await world.metrics("DescribeAlarms", {})).MetricAlarms, []);
    const unknown = isFault("ObjectNotFoundException", `No scaling policy found for ${words}, policy name: cpu`);
    await assert.rejects(world.scaling("DeleteScalingPolicy", { ...targetInput, PolicyName: "cpu" }), unknown);
  });

  const customized = (CustomizedMetricSpecification: object) => ({
    PolicyType: "TargetTrackingScaling" as const,
    TargetTrackingScalingPolicyConfiguration: { TargetValue: 1, CustomizedMetricSpecification },
  });
  const steps = (...StepAdjustments: object[]) => ({
    StepScalingPolicyConfiguration: { AdjustmentType: "ChangeInCapacity", StepAdjustments },
  });
  const predefined = (PredefinedMetricSpecification: object) => ({
    PolicyType: "TargetTrackingScaling" as const,
    TargetTrackingScalingPolicyConfiguration: { TargetValue: 1, PredefinedMetricSpecification },
  });
  const adjustment = { ScalingAdjustment: 1 };
  const refused: readonly [what: string, input: object, message: RegExp][] = [
    ["predictive scaling", { PolicyType: "PredictiveScaling" }, /PredictiveScaling is not supported/],
    ["the same metric twice", tracking, /^Only one TargetTrackingScaling policy for a given metric specification/],
    ["no metric", predefined(undefined as never), /exactly one of a predefined and a customized/],
    ["a metric of others", predefined({ PredefinedMetricType: "RDSReaderAverageCPUUtilization" }), /is not supported/],
    [
      "requests without a label",
      predefined({ PredefinedMetricType: "ALBRequestCountPerTarget" }),
      /ResourceLabel is req/,
    ],
    [
      "a label of nothing",
      predefined({ PredefinedMetricType: "ALBRequestCountPerTarget", ResourceLabel: "app/a/1/targetgroup/b/2" }),
      /target group of the ResourceLabel does not exist/,
    ],
    ["a label for CPU", predefined({ ...cpu, ResourceLabel: "x" }), /only supported with ALBRequestCountPerTarget/],
    ["half a metric", customized({ MetricName: "m" }), /needs MetricName, Namespace and Statistic/],
    ["bad math", customized({ Metrics: [{ Id: "e1", Expression: "m1 +" }] }), /./],
    ["no steps", steps(), /At least one StepAdjustment/],
    ["no step configuration", {}, /StepScalingPolicyConfiguration is required/],
    ["both bounds null", steps(adjustment), /can't be null in the same step adjustment/],
    [
      "a gap",
      steps(
        { ...adjustment, MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 5 },
        { ...adjustment, MetricIntervalLowerBound: 6 },
      ),
      /can't have a gap/,
    ],
    [
      "an overlap",
      steps({ ...adjustment, MetricIntervalLowerBound: 0 }, { ...adjustment, MetricIntervalLowerBound: 6 }),
      /can't overlap/,
    ],
    [
      "no step to infinity",
      steps({ ...adjustment, MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 5 }),
      /positive upper bound/,
    ],
    [
      "bounds the wrong way round",
      steps({ ...adjustment, MetricIntervalLowerBound: 5, MetricIntervalUpperBound: 1 }),
      /must be greater than/,
    ],
  ];
  for (const [what, input, message] of refused) {
    test(`with ${what} are refused`, async () => {
      const world = await registered();
      await put(world, "cpu", tracking);
      await assert.rejects(put(world, "other", input), isFault("ValidationException", message));
    });
  }

  test("are listed by pages of ten", async () => {
    const world = await registered();
    for (let i = 0; i < 12; i++) await put(world, `p${String(i).padStart(2, "0")}`, up);
    const list = (more: object) => world.scaling("DescribeScalingPolicies", { ServiceNamespace: "ecs", ...more });
    const first = await list({});
    const second = await list({ NextToken: first.NextToken });
    const names = [first, second].map(({ ScalingPolicies = [] }) => ScalingPolicies.length);
    assert.deepEqual([...names, second.NextToken], [10, 2, undefined]);
    await assert.rejects(list({ NextToken: "none" }), isFault("InvalidNextTokenException"));
    await assert.rejects(list({ MaxResults: 11 }), isFault("ValidationException"));
    const dimension = { ScalableDimension: "ecs:service:DesiredCount" };
    await assert.rejects(list(dimension), isFault("ValidationException", /must also specify a resource ID/));
    const other = await world.scaling("DescribeScalingPolicies", { ServiceNamespace: "rds" });
    assert.deepEqual(other.ScalingPolicies, []);
  });
});

describe("scheduled actions", () => {
  const schedule = (world: ScalingWorld, more: Partial<PutScheduledActionRequest>) =>
    world.scaling("PutScheduledAction", { ...targetInput, ScheduledActionName: "a", ...more });

  test("are changed in part; times that are not given again are gone", async () => {
    const world = await registered();
    const EndTime = world.clock.now() + 1e9;
    const Schedule = "cron(0 8 * * ? *)";
    await schedule(world, { Schedule, Timezone: "Asia/Tokyo", EndTime, ScalableTargetAction: { MinCapacity: 2 } });
    await schedule(world, { ScalableTargetAction: { MaxCapacity: 5 } });
    const { ScheduledActions: [action] = [] } = await world.scaling("DescribeScheduledActions", {
      ServiceNamespace: "ecs",
    });
    assert.match(action!.ScheduledActionARN, /:scheduledAction:[\w-]{36}:resource\/ecs\/.*:scheduledActionName\/a$/);
    assert.deepEqual(
      [action!.Schedule, action!.Timezone, action!.EndTime, action!.ScalableTargetAction],
      [Schedule, "Asia/Tokyo", undefined, { MaxCapacity: 5 }],
    );
    await world.scaling("DeleteScheduledAction", { ...targetInput, ScheduledActionName: "a" });
    const gone = isFault("ObjectNotFoundException", `No scheduled action found for ${words}, scheduled action name: a`);
    await assert.rejects(world.scaling("DeleteScheduledAction", { ...targetInput, ScheduledActionName: "a" }), gone);
  });

  const bounds = { ScalableTargetAction: { MinCapacity: 1 } };
  const refused: readonly [what: string, input: Partial<PutScheduledActionRequest>, message: RegExp][] = [
    ["no schedule", bounds, /Schedule is required/],
    ["a schedule that is none", { ...bounds, Schedule: "every day" }, /Invalid schedule expression/],
    ["a time zone that is none", { ...bounds, Schedule: "rate(1 day)", Timezone: "Mars" }, /Invalid timezone/],
    ["a time that has passed", { ...bounds, Schedule: "at(2020-01-01T00:00:00)" }, /in the past/],
    ["no bounds", { Schedule: "rate(1 day)" }, /MinCapacity, MaxCapacity or both/],
    ["an end before the start", { ...bounds, Schedule: "rate(1 day)", StartTime: 2, EndTime: 1 }, /EndTime/],
  ];
  for (const [what, input, message] of refused) {
    test(`with ${what} are refused`, async () => {
      const world = await registered();
      await assert.rejects(schedule(world, input), isFault("ValidationException", message));
    });
  }
});

test("forecasts are refused", async () => {
  const world = await registered();
  const asked = { ...targetInput, PolicyName: "p", StartTime: 0, EndTime: 1 };
  const call = world.scaling("GetPredictiveScalingForecast", asked);
  await assert.rejects(call, isFault("ValidationException", /PredictiveScaling is not supported/));
});
