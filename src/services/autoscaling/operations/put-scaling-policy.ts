import { isDeepStrictEqual } from "node:util";
import type { PutScalingPolicyRequest } from "#generated/application-autoscaling/types.ts";
import type { PutMetricAlarmInput } from "#generated/cloudwatch/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import type { Put } from "#kernel/store.ts";
import { alarmArn, createdAlarm, deletedAlarm } from "#services/cloudwatch/model.ts";
import {
  policyArn,
  policyKey,
  type ScalableTargetRecord,
  type ScalingPolicyRecord,
  scalingPolicies,
  type TrackingPolicyRecord,
  targetPath,
} from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { madeAlarms } from "../request/policy-removal.ts";
import { checkStepConfiguration } from "../request/step.ts";
import { invalid, requireTarget } from "../request/target.ts";
import { checkTrackingConfiguration } from "../request/tracking.ts";
import { trackingAlarmName, trackingAlarms } from "../tracking/alarms.ts";
import { trackedMetric } from "../tracking/metric.ts";

const mostPolicies = 50;

/** Throws a fault for an alarm that cannot be. */
export type AlarmCheck = (ctx: RequestContext, alarm: Omit<PutMetricAlarmInput, "Tags">) => void;

/** Makes a policy or changes it; with target tracking its alarms are made with it, anew with every change. */
export function putScalingPolicy(checkAlarm: AlarmCheck): AutoScalingHandler<"PutScalingPolicy"> {
  return async (input, ctx) => {
    const target = await requireTarget(ctx, input);
    const before = await ctx.store.get(policyKey(target.value, input.PolicyName));
    const value = await policyOf(ctx, input, target.value, before.value);
    if (before.value !== undefined && before.value.type !== value.type) {
      throw invalid(ctx, `The type of the policy ${input.PolicyName} cannot be changed: delete it first.`);
    }
    const others = ctx.store.view(scalingPolicies).by("target", targetPath(value));
    if (before.value === undefined && others.length >= mostPolicies) {
      throw ctx.fault("LimitExceededException", `A scalable target has at most ${mostPolicies} scaling policies.`);
    }
    const old = before.value === undefined ? [] : madeAlarms(ctx, before.value);
    const alarms = value.type === "TargetTrackingScaling" ? trackingAlarms(value) : [];
    const asOurs: RequestContext = { ...ctx, fault: (_code, message) => ctx.fault("ValidationException", message) };
    for (const alarm of alarms) checkAlarm(asOurs, alarm);
    const now = ctx.clock.now();
    const put: Put[] = [
      { key: before.key, value },
      ...old.flatMap((alarm) => deletedAlarm(alarm.value, now)),
      ...alarms.flatMap((alarm) => createdAlarm(ctx, alarm, now)),
    ];
    await ctx.store.commit({ unchanged: [target, before, ...old], put, remove: old.map(({ key }) => key) });
    const Alarms = alarms.map(({ AlarmName }) => ({ AlarmName, AlarmARN: alarmArn(ctx, AlarmName) }));
    return { PolicyARN: policyArn(value), Alarms };
  };
}

async function policyOf(
  ctx: RequestContext,
  input: PutScalingPolicyRequest,
  { account, region, clusterName, serviceName, uuid: id }: ScalableTargetRecord,
  before: ScalingPolicyRecord | undefined,
): Promise<ScalingPolicyRecord> {
  const { PolicyName: policyName, PolicyType: type = before?.type ?? "StepScaling" } = input;
  if (/[:/|]/.test(policyName)) throw invalid(ctx, `A policy name has none of : / |: ${policyName}`);
  const createdAt = before?.createdAt ?? ctx.clock.now();
  const common = { account, region, clusterName, serviceName, policyName, uuid: id, createdAt };
  checkOthers(ctx, input, type);
  if (type === "StepScaling") {
    return { ...common, type, configuration: checkStepConfiguration(ctx, input.StepScalingPolicyConfiguration) };
  }
  const given = input.TargetTrackingScalingPolicyConfiguration;
  const configuration = await checkTrackingConfiguration(ctx, common, given);
  const policy: TrackingPolicyRecord = { ...common, type: "TargetTrackingScaling", configuration, highAlarm: "" };
  checkUnique(ctx, policy);
  return {
    ...policy,
    highAlarm: trackingAlarmName(policy, "High", uuid(ctx.random)),
    ...(!configuration.DisableScaleIn && { lowAlarm: trackingAlarmName(policy, "Low", uuid(ctx.random)) }),
  };
}

/** Of the configurations only that of the policy's type may be given. */
function checkOthers(ctx: RequestContext, input: PutScalingPolicyRequest, type: string): void {
  if (type === "PredictiveScaling" || input.PredictiveScalingPolicyConfiguration) {
    throw invalid(ctx, "PredictiveScaling is not supported on this platform: use TargetTrackingScaling, StepScaling.");
  }
  const other = type === "StepScaling" ? "TargetTrackingScalingPolicyConfiguration" : "StepScalingPolicyConfiguration";
  if (input[other]) throw invalid(ctx, `${other} cannot be specified with the policy type ${type}.`);
}

function checkUnique(ctx: RequestContext, policy: TrackingPolicyRecord): void {
  const metric = trackedMetric(policy, policy.configuration);
  for (const { value: other } of ctx.store.view(scalingPolicies).by("target", targetPath(policy))) {
    if (other.policyName === policy.policyName || other.type !== "TargetTrackingScaling") continue;
    if (!isDeepStrictEqual(trackedMetric(other, other.configuration), metric)) continue;
    throw invalid(ctx, "Only one TargetTrackingScaling policy for a given metric specification is allowed.");
  }
}
