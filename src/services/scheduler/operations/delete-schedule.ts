import { defaultGroupName, scheduleKey } from "../model.ts";
import type { SchedulerHandler } from "../request/handler.ts";
import { noSchedule } from "../request/schedule.ts";

export const DeleteSchedule: SchedulerHandler<"DeleteSchedule"> = async (input, ctx) => {
  const schedule = await ctx.store.get(scheduleKey(ctx, input.GroupName ?? defaultGroupName, input.Name));
  if (schedule.value === undefined) throw noSchedule(input.Name);
  await ctx.store.commit({ unchanged: [schedule], remove: [schedule.key] });
  return {};
};
