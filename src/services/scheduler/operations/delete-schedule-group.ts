import { Fault } from "#kernel/fault.ts";
import { defaultGroupName } from "../model.ts";
import type { SchedulerHandler } from "../request/handler.ts";
import { requireGroup } from "../request/schedule.ts";

/** Its schedules go first; a controller sees to it. */
export const DeleteScheduleGroup: SchedulerHandler<"DeleteScheduleGroup"> = async ({ Name }, ctx) => {
  if (Name === defaultGroupName)
    throw new Fault("ValidationException", "The default schedule group cannot be deleted.");
  const { read, group } = requireGroup(ctx, Name);
  const value = { ...group, state: "DELETING" as const, lastModificationDate: ctx.clock.now() };
  await ctx.store.commit({ unchanged: [read], put: [{ key: read.key, value }] });
  return {};
};
