import type { PutMetricAlarmInput } from "#generated/cloudwatch/types.ts";
import { policyArn, resourceIdOf, type TrackingPolicyRecord } from "../model.ts";
import { trackedMetric } from "./metric.ts";

type AlarmConfiguration = Omit<PutMetricAlarmInput, "Tags">;

/** AWS: scale-in is thought of when the metric is below nine tenths of the target. */
const lowShare = 0.9;
const [highPeriods, lowPeriods] = [3, 15];

/** The alarms that AWS makes for a policy of target tracking, to the number and the word. */
export function trackingAlarms(policy: TrackingPolicyRecord): AlarmConfiguration[] {
  const { TargetValue: target } = policy.configuration;
  const high = alarm(policy, policy.highAlarm, {
    ComparisonOperator: "GreaterThanThreshold",
    Threshold: target,
    EvaluationPeriods: highPeriods,
  });
  if (policy.lowAlarm === undefined) return [high];
  const low = alarm(policy, policy.lowAlarm, {
    ComparisonOperator: "LessThanThreshold",
    // Without the noise of binary fractions: 63, not 63.00000000000001.
    Threshold: Number((target * lowShare).toPrecision(12)),
    EvaluationPeriods: lowPeriods,
  });
  return [high, low];
}

function alarm(
  policy: TrackingPolicyRecord,
  AlarmName: string,
  conditions: Pick<AlarmConfiguration, "ComparisonOperator" | "Threshold" | "EvaluationPeriods">,
): AlarmConfiguration {
  const arn = policyArn(policy);
  return {
    AlarmName,
    AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${arn}.`,
    ActionsEnabled: true,
    AlarmActions: [arn],
    ...trackedMetric(policy, policy.configuration),
    ...conditions,
  } as AlarmConfiguration;
}

/** `TargetTracking-service/CLUSTER/SERVICE-AlarmHigh-UUID` */
export function trackingAlarmName(policy: TrackingPolicyRecord, side: "High" | "Low", id: string): string {
  return `TargetTracking-${resourceIdOf(policy)}-Alarm${side}-${id}`;
}
