import { worldOf } from "#kernel/world.ts";
import { groupPath, type ScheduleRecord, schedules } from "../model.ts";
import type { SchedulerHandler } from "../request/handler.ts";
import { listPage, nextPage } from "../request/pages.ts";
import { requireGroup, toSummary } from "../request/schedule.ts";

export const ListSchedules: SchedulerHandler<"ListSchedules"> = async (input, ctx) => {
  const { GroupName: groupName, State: state } = input;
  if (groupName !== undefined) requireGroup(ctx, groupName);
  const view = ctx.store.view(schedules);
  const all =
    groupName === undefined
      ? view.by("world", worldOf(ctx))
      : view.by("group", groupPath({ account: ctx.account, region: ctx.region, groupName }));
  const found = all.map(({ value }) => value).filter((schedule) => state === undefined || schedule.state === state);
  const position = ({ groupName: group, name }: ScheduleRecord) => `${group}/${name}`;
  const page = listPage(`ListSchedules ${groupName} ${state}`, input, found, position);
  return { Schedules: page.items.map(toSummary), ...nextPage(page) };
};
