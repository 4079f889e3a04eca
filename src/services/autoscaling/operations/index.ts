import type { Operations } from "#generated/application-autoscaling/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import { DeleteScalingPolicy } from "./delete-scaling-policy.ts";
import { DeleteScheduledAction } from "./delete-scheduled-action.ts";
import { DeregisterScalableTarget } from "./deregister-scalable-target.ts";
import { DescribeScalableTargets } from "./describe-scalable-targets.ts";
import { DescribeScalingActivities } from "./describe-scaling-activities.ts";
import { DescribeScalingPolicies } from "./describe-scaling-policies.ts";
import { DescribeScheduledActions } from "./describe-scheduled-actions.ts";
import { GetPredictiveScalingForecast } from "./get-predictive-scaling-forecast.ts";
import { type AlarmCheck, putScalingPolicy } from "./put-scaling-policy.ts";
import { PutScheduledAction } from "./put-scheduled-action.ts";
import { RegisterScalableTarget } from "./register-scalable-target.ts";
import { ListTagsForResource, TagResource, UntagResource } from "./tags.ts";

export function createOperations(checkAlarm: AlarmCheck) {
  return {
    DeleteScalingPolicy,
    DeleteScheduledAction,
    DeregisterScalableTarget,
    DescribeScalableTargets,
    DescribeScalingActivities,
    DescribeScalingPolicies,
    DescribeScheduledActions,
    GetPredictiveScalingForecast,
    ListTagsForResource,
    PutScalingPolicy: putScalingPolicy(checkAlarm),
    PutScheduledAction,
    RegisterScalableTarget,
    TagResource,
    UntagResource,
  } satisfies Handlers<Operations>;
}
