import type { Alarm, ScalingPolicy } from "#generated/application-autoscaling/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { worldOf } from "#kernel/world.ts";
import { alarmArn, alarms } from "#services/cloudwatch/model.ts";
import {
  policyArn,
  resourceIdOf,
  type ScalingPolicyRecord,
  scalableDimension,
  scalingPolicies,
  serviceNamespace,
} from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const DescribeScalingPolicies: AutoScalingHandler<"DescribeScalingPolicies"> = async (input, ctx) => {
  const { ResourceId: resourceId, PolicyNames: names } = input;
  const { items, nextToken } = listPage(ctx, input, {
    ...{ operation: "DescribeScalingPolicies", most: 10 },
    resourceIds: resourceId === undefined ? undefined : [resourceId],
    position: (policy) => `${resourceIdOf(policy)}/${policy.policyName}`,
    found: () =>
      ctx.store
        .view(scalingPolicies)
        .by("world", worldOf(ctx))
        .map(({ value }) => value)
        .filter(({ policyName }) => names === undefined || names.length === 0 || names.includes(policyName)),
  });
  const ScalingPolicies = items.map((policy) => toPolicy(ctx, policy));
  return { ScalingPolicies, ...(nextToken !== undefined && { NextToken: nextToken }) };
};

function toPolicy(ctx: RequestContext, policy: ScalingPolicyRecord): ScalingPolicy {
  return {
    PolicyARN: policyArn(policy),
    PolicyName: policy.policyName,
    ServiceNamespace: serviceNamespace,
    ResourceId: resourceIdOf(policy),
    ScalableDimension: scalableDimension,
    PolicyType: policy.type,
    ...(policy.type === "StepScaling"
      ? { StepScalingPolicyConfiguration: policy.configuration }
      : { TargetTrackingScalingPolicyConfiguration: policy.configuration }),
    Alarms: alarmsOf(ctx, policyArn(policy)),
    CreationTime: policy.createdAt,
  };
}

/** The alarms whose actions name a policy. */
function alarmsOf(ctx: RequestContext, arn: string): Alarm[] {
  return ctx.store
    .view(alarms)
    .by("policy", arn)
    .map(({ value }) => {
      const { AlarmName } = value.configuration;
      return { AlarmName, AlarmARN: alarmArn(value, AlarmName) };
    });
}
