import type {
  StepScalingPolicyConfiguration,
  TargetTrackingScalingPolicyConfiguration,
} from "#generated/application-autoscaling/types.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import type { ServiceName } from "#services/ecs/model.ts";
import { partArn, targetPath } from "./target.ts";

interface PolicyRecord extends ServiceName {
  readonly policyName: string;
  /** That of its target. */
  readonly uuid: string;
  readonly createdAt: number;
}

/** As PutScalingPolicy was given it. */
export interface StepPolicyRecord extends PolicyRecord {
  readonly type: "StepScaling";
  readonly configuration: StepScalingPolicyConfiguration;
}

/** As PutScalingPolicy was given it, with the alarms that were made for it. */
export interface TrackingPolicyRecord extends PolicyRecord {
  readonly type: "TargetTrackingScaling";
  readonly configuration: TargetTrackingScalingPolicyConfiguration;
  readonly highAlarm: string;
  /** Absent when it does not scale in. */
  readonly lowAlarm?: string;
}

export type ScalingPolicyRecord = StepPolicyRecord | TrackingPolicyRecord;

/** Cooldowns of Amazon ECS where a policy names none (API reference). */
export const defaultCooldownSeconds = 300;

/** Indexes: `target` by `targetPath`, `world` by account and region. */
export const scalingPolicies: Collection<ScalingPolicyRecord, "target" | "world"> = {
  name: "autoscaling/policy",
  indexes: { target: targetPath, world: worldOf },
};

export function policyKey(at: ServiceName, policyName: string): Key<ScalingPolicyRecord> {
  return keyOf(scalingPolicies, at.account, at.region, at.clusterName, at.serviceName, policyName);
}

/** `arn:aws:autoscaling:REGION:ACCOUNT:scalingPolicy:UUID:resource/ecs/service/CLUSTER/SERVICE:policyName/NAME` */
export function policyArn(policy: ServiceName & { readonly uuid: string; readonly policyName: string }): string {
  return partArn(policy, "scalingPolicy", `policyName/${policy.policyName}`);
}

/** The names of the alarms that were made for a policy. */
export function alarmsMadeFor(policy: ScalingPolicyRecord): string[] {
  if (policy.type !== "TargetTrackingScaling") return [];
  return [policy.highAlarm, ...(policy.lowAlarm === undefined ? [] : [policy.lowAlarm])];
}
