import { type Counted, lastTime, nextTime, parseSchedule, recounted } from "#kernel/schedule/schedule.ts";
import type { ScheduledActionRecord } from "../../model.ts";

export interface DueTimes {
  /** The time to act for now: the last of those that were not seen to. */
  readonly due?: number;
  /** The next one. */
  readonly nextAt?: number;
  /** The clock has been set back: what the action counts from now, before anything is due. */
  readonly recount?: Counted;
}

/**
 * When a scheduled action is due. Times that went by while the platform was down are made up for once, by the last of
 * them. What lies before the start, or behind the end, is no time of it; a rate begins with its start, or one period
 * after the action was put.
 */
export function dueTimes(action: ScheduledActionRecord, now: number): DueTimes {
  const schedule = parseSchedule(action.schedule);
  if (schedule === undefined) return {};
  const { since, startTime, endTime = Number.POSITIVE_INFINITY, firedAt, timezone: zone = "UTC" } = action;
  const recount = recounted(schedule, action, now, zone);
  if (recount !== undefined) return { recount };
  const begin = Math.max(since, startTime ?? since);
  const hasStart = startTime !== undefined && startTime >= since;
  const after = firedAt ?? (hasStart ? begin - 1 : begin);
  const frame = { zone, anchor: startTime ?? since };
  const due = lastTime(schedule, { after, until: Math.min(now, endTime) }, frame);
  const nextAt = nextTime(schedule, Math.max(after, now), frame);
  return {
    ...(due !== undefined && { due }),
    ...(nextAt !== undefined && nextAt <= endTime && { nextAt }),
  };
}
