import type { ScalingActivity } from "#generated/application-autoscaling/types.ts";
import { worldOf } from "#kernel/world.ts";
import {
  activityPosition,
  resourceIdOf,
  type ScalingActivityRecord,
  scalableDimension,
  scalingActivities,
  serviceNamespace,
} from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

/** Newest first, without those that were not scaled unless they are asked for. */
export const DescribeScalingActivities: AutoScalingHandler<"DescribeScalingActivities"> = async (input, ctx) => {
  const { ResourceId: resourceId, IncludeNotScaledActivities: all = false } = input;
  const { items, nextToken } = listPage(ctx, input, {
    ...{ operation: "DescribeScalingActivities", most: 50 },
    resourceIds: resourceId === undefined ? undefined : [resourceId],
    position: fromNewest,
    found: () =>
      ctx.store
        .view(scalingActivities)
        .by("world", worldOf(ctx))
        .map(({ value }) => value)
        .filter(({ notScaledReasons }) => all || notScaledReasons === undefined),
  });
  return { ScalingActivities: items.map(toActivity), ...(nextToken !== undefined && { NextToken: nextToken }) };
};

const lastTime = 999_999_999_999_999;

function fromNewest(activity: ScalingActivityRecord): string {
  return activityPosition({ ...activity, startedAt: lastTime - activity.startedAt });
}

function toActivity(activity: ScalingActivityRecord): ScalingActivity {
  const { endedAt, statusMessage, notScaledReasons } = activity;
  return {
    ActivityId: activity.id,
    ServiceNamespace: serviceNamespace,
    ResourceId: resourceIdOf(activity),
    ScalableDimension: scalableDimension,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: activity.startedAt,
    ...(endedAt !== undefined && { EndTime: endedAt }),
    StatusCode: activity.statusCode,
    ...(statusMessage !== undefined && { StatusMessage: statusMessage }),
    ...(notScaledReasons !== undefined && { NotScaledReasons: notScaledReasons }),
  };
}
