import { defaultGroupName, scheduleKey } from "../model.ts";
import type { SchedulerHandler } from "../request/handler.ts";
import { noSchedule, toSchedule } from "../request/schedule.ts";

export const GetSchedule: SchedulerHandler<"GetSchedule"> = async (input, ctx) => {
  const { value } = await ctx.store.get(scheduleKey(ctx, input.GroupName ?? defaultGroupName, input.Name));
  if (value === undefined) throw noSchedule(input.Name);
  return toSchedule(value);
};
