import { type Counted, lastTime, nextTime, parseSchedule, recounted } from "#kernel/schedule/schedule.ts";
import type { ScheduleRecord } from "../../model.ts";

export type SchedulePlan =
  /** The time to invoke the target for now, and whether it was the last one. */
  | { readonly fire: number; readonly isLast: boolean }
  | { readonly nextAt: number }
  /** The clock has been set back: what the schedule counts from now. */
  | { readonly recount: Counted }
  /** There is no time any more. */
  | "over";

/**
 * When a schedule is due. Times that went by while the platform was down are made up for once, by the last of them.
 * A rate's first time is its start; what lies before the start, or behind the end, is no time of it.
 */
export function planSchedule(schedule: ScheduleRecord, now: number): SchedulePlan {
  const expression = parseSchedule(schedule.scheduleExpression);
  if (expression === undefined) return "over";
  const { since, startDate, endDate = Number.POSITIVE_INFINITY, firedAt, timezone: zone } = schedule;
  const recount = recounted(expression, schedule, now, zone);
  if (recount !== undefined) return { recount };
  // AWS does not look at the start of what happens once.
  const anchor = expression.kind === "at" ? since : Math.max(since, startDate ?? since);
  const frame = { zone, anchor };
  const after = firedAt ?? anchor - 1;
  const nextAt = nextTime(expression, after, frame);
  if (nextAt === undefined || nextAt > endDate) return "over";
  if (nextAt > now) return { nextAt };
  const fire = lastTime(expression, { after, until: Math.min(now, endDate) }, frame) ?? nextAt;
  const following = nextTime(expression, fire, frame);
  return { fire, isLast: following === undefined || following > endDate };
}
