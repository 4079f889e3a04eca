import { type Counted, lastTime, nextTime, parseSchedule, recounted } from "#kernel/schedule/schedule.ts";
import type { RuleRecord } from "../../model.ts";

export type SchedulePlan =
  /** The time of the schedule that events are to be sent for now. */
  | { readonly fire: number }
  /** The clock has been set back: what the schedule counts from now. */
  | { readonly recount: Counted }
  /** Undefined: never again. */
  | { readonly nextAt: number | undefined };

/**
 * When a rule's schedule is due. Times that went by while the platform was down are made up for once, by the last of
 * them.
 */
export function planSchedule({ scheduleExpression, timing }: RuleRecord, now: number): SchedulePlan {
  const schedule = parseSchedule(scheduleExpression ?? "");
  if (schedule === undefined || timing === undefined) return { nextAt: undefined };
  const recount = recounted(schedule, timing, now, "UTC");
  if (recount !== undefined) return { recount };
  const frame = { zone: "UTC", anchor: timing.since };
  const after = timing.firedAt ?? timing.since;
  const nextAt = nextTime(schedule, after, frame);
  if (nextAt === undefined || nextAt > now) return { nextAt };
  return { fire: lastTime(schedule, { after, until: now }, frame) ?? nextAt };
}
