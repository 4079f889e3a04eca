import { defaultGroupName, type ScheduleRecord, scheduleArn, scheduleKey } from "../model.ts";
import type { SchedulerHandler, SchedulerParts } from "../request/handler.ts";
import { givenSchedule, noSchedule } from "../request/schedule.ts";

/** Puts all that is said in the place of what was; a time that was seen to is not seen to again. */
export function updateSchedule(parts: SchedulerParts): SchedulerHandler<"UpdateSchedule"> {
  return async (input, ctx) => {
    const existing = await ctx.store.get(scheduleKey(ctx, input.GroupName ?? defaultGroupName, input.Name));
    const before = existing.value;
    if (before === undefined) throw noSchedule(input.Name);
    const given = givenSchedule(ctx, input, parts);
    const now = ctx.clock.now();
    const { account, region, clientToken, creationDate, firedAt } = before;
    const value: ScheduleRecord = {
      ...{ account, region, ...given, creationDate, lastModificationDate: now },
      ...(clientToken !== undefined && { clientToken }),
      ...(hasSameTimes(before, given)
        ? { since: before.since, ...(firedAt !== undefined && { firedAt }) }
        : { since: now }),
    };
    await ctx.store.commit({ unchanged: [existing], put: [{ key: existing.key, value }] });
    return { ScheduleArn: scheduleArn(value) };
  };
}

type Timing = Pick<ScheduleRecord, "scheduleExpression" | "timezone" | "startDate" | "state">;

function hasSameTimes(a: Timing, b: Timing): boolean {
  return (
    a.scheduleExpression === b.scheduleExpression &&
    a.timezone === b.timezone &&
    a.startDate === b.startDate &&
    a.state === b.state
  );
}
