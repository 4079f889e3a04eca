import type { PutScheduledActionRequest } from "#generated/application-autoscaling/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { nextTime, parseSchedule } from "#kernel/schedule/schedule.ts";
import { isTimeZone } from "#kernel/schedule/zone.ts";
import { type ScheduledActionRecord, scheduledActionKey, scheduledActions, targetPath } from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { invalid, requireTarget } from "../request/target.ts";

const mostActions = 200;

/** Makes a scheduled action or changes it; start and end times that are not given again are gone, as with AWS. */
export const PutScheduledAction: AutoScalingHandler<"PutScheduledAction"> = async (input, ctx) => {
  const target = await requireTarget(ctx, input);
  const before = await ctx.store.get(scheduledActionKey(target.value, input.ScheduledActionName));
  const now = ctx.clock.now();
  const value = changedAction(ctx, input, {
    ...(before.value ?? { schedule: "", scheduledActionName: input.ScheduledActionName, createdAt: now }),
    ...pick(target.value),
    since: now,
  });
  checkAction(ctx, value, now);
  const count = ctx.store.view(scheduledActions).count("target", targetPath(target.value));
  if (before.value === undefined && count >= mostActions) {
    throw ctx.fault("LimitExceededException", `A scalable target has at most ${mostActions} scheduled actions.`);
  }
  await ctx.store.commit({ unchanged: [target, before], put: [{ key: before.key, value }] });
  return {};
};

function pick({ account, region, clusterName, serviceName, uuid }: ScheduledActionRecord | TargetName) {
  return { account, region, clusterName, serviceName, uuid };
}
type TargetName = Pick<ScheduledActionRecord, "account" | "region" | "clusterName" | "serviceName" | "uuid">;

function changedAction(
  ctx: RequestContext,
  input: PutScheduledActionRequest,
  before: ScheduledActionRecord,
): ScheduledActionRecord {
  const { startTime: _start, endTime: _end, firedAt: _fired, minCapacity, maxCapacity, ...rest } = before;
  const { Schedule: schedule = rest.schedule, Timezone: timezone = rest.timezone } = input;
  const action = input.ScalableTargetAction ?? {
    ...(minCapacity !== undefined && { MinCapacity: minCapacity }),
    ...(maxCapacity !== undefined && { MaxCapacity: maxCapacity }),
  };
  if (schedule === "") throw invalid(ctx, "Schedule is required for a new scheduled action.");
  return {
    ...rest,
    schedule,
    ...(timezone !== undefined && { timezone }),
    ...(input.StartTime !== undefined && { startTime: input.StartTime }),
    ...(input.EndTime !== undefined && { endTime: input.EndTime }),
    ...(action.MinCapacity !== undefined && { minCapacity: action.MinCapacity }),
    ...(action.MaxCapacity !== undefined && { maxCapacity: action.MaxCapacity }),
  };
}

function checkAction(ctx: RequestContext, action: ScheduledActionRecord, now: number): void {
  const { schedule: text, timezone = "UTC", startTime, endTime, minCapacity: min, maxCapacity: max } = action;
  const schedule = parseSchedule(text);
  if (schedule === undefined) throw invalid(ctx, `Invalid schedule expression: ${text}`);
  if (!isTimeZone(timezone)) throw invalid(ctx, `Invalid timezone: ${timezone}`);
  if (min === undefined && max === undefined) {
    throw invalid(ctx, "ScalableTargetAction must have MinCapacity, MaxCapacity or both.");
  }
  if ((min ?? 0) < 0 || (max ?? 0) < 0) throw invalid(ctx, "Minimum capacity cannot be less than 0");
  if (min !== undefined && max !== undefined && max < min) {
    throw invalid(ctx, "Maximum capacity cannot be less than minimum capacity");
  }
  if (startTime !== undefined && endTime !== undefined && endTime <= startTime) {
    throw invalid(ctx, "EndTime must be after StartTime.");
  }
  if (schedule.kind === "at" && nextTime(schedule, now, { zone: timezone, anchor: now }) === undefined) {
    throw invalid(ctx, `The time of the schedule is in the past, or none in ${timezone}: ${text}`);
  }
}
