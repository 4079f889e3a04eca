import { toGroup } from "../request/group.ts";
import type { SchedulerHandler } from "../request/handler.ts";
import { requireGroup } from "../request/schedule.ts";

export const GetScheduleGroup: SchedulerHandler<"GetScheduleGroup"> = async ({ Name }, ctx) => {
  return toGroup(requireGroup(ctx, Name).group);
};
