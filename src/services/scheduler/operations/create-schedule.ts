import { Fault } from "#kernel/fault.ts";
import { defaultGroupName, type ScheduleRecord, scheduleArn, scheduleKey } from "../model.ts";
import type { SchedulerHandler, SchedulerParts } from "../request/handler.ts";
import { givenSchedule, requireActiveGroup } from "../request/schedule.ts";

export function createSchedule(parts: SchedulerParts): SchedulerHandler<"CreateSchedule"> {
  return async (input, ctx) => {
    const given = givenSchedule(ctx, input, parts);
    const { read: group } = requireActiveGroup(ctx, given.groupName ?? defaultGroupName);
    const existing = await ctx.store.get(scheduleKey(ctx, given.groupName, given.name));
    if (existing.value !== undefined) {
      // The same request again: its answer may have been lost.
      const isSame = input.ClientToken !== undefined && existing.value.clientToken === input.ClientToken;
      if (isSame) return { ScheduleArn: scheduleArn(existing.value) };
      throw new Fault("ConflictException", `Schedule ${given.name} already exists.`);
    }
    const now = ctx.clock.now();
    const value: ScheduleRecord = {
      ...{ account: ctx.account, region: ctx.region, ...given },
      ...(input.ClientToken !== undefined && { clientToken: input.ClientToken }),
      ...{ since: now, creationDate: now, lastModificationDate: now },
    };
    await ctx.store.commit({ unchanged: [existing, group], put: [{ key: existing.key, value }] });
    return { ScheduleArn: scheduleArn(value) };
  };
}
