import type { ScalableTarget } from "#generated/application-autoscaling/types.ts";
import { partitionOf } from "#kernel/arn.ts";
import { worldOf } from "#kernel/world.ts";
import {
  resourceIdOf,
  type ScalableTargetRecord,
  scalableDimension,
  scalableTargets,
  serviceNamespace,
  targetArn,
} from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const DescribeScalableTargets: AutoScalingHandler<"DescribeScalableTargets"> = async (input, ctx) => {
  const { ResourceIds: resourceIds } = input;
  const { items, nextToken } = listPage(ctx, input, {
    ...{ operation: "DescribeScalableTargets", resourceIds, most: 50, position: resourceIdOf },
    found: () =>
      ctx.store
        .view(scalableTargets)
        .by("world", worldOf(ctx))
        .map(({ value }) => value),
  });
  return { ScalableTargets: items.map(toScalableTarget), ...(nextToken !== undefined && { NextToken: nextToken }) };
};

function toScalableTarget(target: ScalableTargetRecord): ScalableTarget {
  const { account, region } = target;
  const role =
    "aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService";
  return {
    ServiceNamespace: serviceNamespace,
    ResourceId: resourceIdOf(target),
    ScalableDimension: scalableDimension,
    MinCapacity: target.minCapacity,
    MaxCapacity: target.maxCapacity,
    RoleARN: `arn:${partitionOf(region)}:iam::${account}:role/${role}`,
    CreationTime: target.createdAt,
    SuspendedState: target.suspendedState,
    ScalableTargetARN: targetArn(target),
  };
}
