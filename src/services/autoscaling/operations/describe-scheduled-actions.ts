import type { ScheduledAction } from "#generated/application-autoscaling/types.ts";
import { worldOf } from "#kernel/world.ts";
import {
  resourceIdOf,
  type ScheduledActionRecord,
  scalableDimension,
  scheduledActionArn,
  scheduledActions,
  serviceNamespace,
} from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

export const DescribeScheduledActions: AutoScalingHandler<"DescribeScheduledActions"> = async (input, ctx) => {
  const { ResourceId: resourceId, ScheduledActionNames: names } = input;
  const { items, nextToken } = listPage(ctx, input, {
    ...{ operation: "DescribeScheduledActions", most: 50 },
    resourceIds: resourceId === undefined ? undefined : [resourceId],
    position: (action) => `${resourceIdOf(action)}/${action.scheduledActionName}`,
    found: () =>
      ctx.store
        .view(scheduledActions)
        .by("world", worldOf(ctx))
        .map(({ value }) => value)
        .filter(({ scheduledActionName: name }) => names === undefined || names.length === 0 || names.includes(name)),
  });
  return { ScheduledActions: items.map(toScheduledAction), ...(nextToken !== undefined && { NextToken: nextToken }) };
};

function toScheduledAction(action: ScheduledActionRecord): ScheduledAction {
  const { timezone, startTime, endTime, minCapacity, maxCapacity } = action;
  return {
    ScheduledActionName: action.scheduledActionName,
    ScheduledActionARN: scheduledActionArn(action),
    ServiceNamespace: serviceNamespace,
    Schedule: action.schedule,
    ...(timezone !== undefined && { Timezone: timezone }),
    ResourceId: resourceIdOf(action),
    ScalableDimension: scalableDimension,
    ...(startTime !== undefined && { StartTime: startTime }),
    ...(endTime !== undefined && { EndTime: endTime }),
    ScalableTargetAction: {
      ...(minCapacity !== undefined && { MinCapacity: minCapacity }),
      ...(maxCapacity !== undefined && { MaxCapacity: maxCapacity }),
    },
    CreationTime: action.createdAt,
  };
}
