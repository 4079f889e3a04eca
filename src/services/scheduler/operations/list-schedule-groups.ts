import { worldOf } from "#kernel/world.ts";
import { defaultGroupName, groupIfAny, scheduleGroups } from "../model.ts";
import { toGroup } from "../request/group.ts";
import type { SchedulerHandler } from "../request/handler.ts";
import { listPage, nextPage } from "../request/pages.ts";

export const ListScheduleGroups: SchedulerHandler<"ListScheduleGroups"> = async (input, ctx) => {
  const made = ctx.store.view(scheduleGroups).by("world", worldOf(ctx));
  const others = made.map(({ value }) => value).filter(({ name }) => name !== defaultGroupName);
  const all = [groupIfAny(ctx.store, ctx, defaultGroupName)!.group, ...others];
  const page = listPage("ListScheduleGroups", input, all, ({ name }) => name);
  return { ScheduleGroups: page.items.map(toGroup), ...nextPage(page) };
};
