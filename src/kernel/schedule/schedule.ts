import { type CalendarDay, type Cron, firstYear, lastYear, parseCron } from "./cron.ts";
import { momentOf, wallTimeAt } from "./zone.ts";

/** When something is to happen again and again, or once. */
export type Schedule =
  | { readonly kind: "rate"; readonly periodMs: number }
  | { readonly kind: "cron"; readonly cron: Cron }
  /** Once, at this wall time. */
  | { readonly kind: "at"; readonly wallTime: number };

/** What `rate` counts from and `cron` and `at` are read in. Times are milliseconds since the epoch. */
export interface ScheduleFrame {
  /** A name of the tz database. */
  readonly zone: string;
  /** The first moment of a rate. */
  readonly anchor: number;
}

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * Reads `rate(5 minutes)`, `cron(0 8 * * ? *)` and `at(2027-01-01T08:00:00)`; undefined when it is none. Rules of
 * EventBridge want the unit of a rate in the number that fits: `rate(1 hour)`, `rate(2 hours)`.
 */
export function parseSchedule(text: string, options: { readonly exactUnits?: boolean } = {}): Schedule | undefined {
  const [, kind, inner = ""] = /^(rate|cron|at)\(([^()]*)\)$/.exec(text) ?? [];
  if (kind === "cron") {
    const cron = parseCron(inner);
    return cron && { kind, cron };
  }
  if (kind === "at") {
    const wallTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inner) ? Date.parse(`${inner}Z`) : Number.NaN;
    // `Date` moves days that do not exist, such as 31 June, into the next month.
    const exists = Number.isFinite(wallTime) && new Date(wallTime).toISOString().startsWith(inner);
    return exists ? { kind, wallTime } : undefined;
  }
  return kind === "rate" ? parseRate(inner, options.exactUnits ?? false) : undefined;
}

function parseRate(text: string, exactUnits: boolean): Schedule | undefined {
  const [, digits, unit, plural] = /^([1-9]\d{0,8}) (minute|hour|day)(s?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  if (exactUnits && (Number(digits) === 1) !== (plural === "")) return undefined;
  return { kind: "rate", periodMs: Number(digits) * unitMs[unit as keyof typeof unitMs] };
}

/**
 * The first time after a moment; undefined when there is none any more. Where clocks are put forward, the times that
 * they leave out are skipped; where they are put back, a time that they show twice counts once, at its first.
 */
export function nextTime(schedule: Schedule, after: number, { zone, anchor }: ScheduleFrame): number | undefined {
  if (schedule.kind === "rate") {
    const { periodMs } = schedule;
    return after < anchor ? anchor : anchor + (Math.floor((after - anchor) / periodMs) + 1) * periodMs;
  }
  if (schedule.kind === "cron") return nextOfCron(schedule.cron, after, zone);
  const moment = momentOf(schedule.wallTime, zone);
  return moment !== undefined && moment > after ? moment : undefined;
}

/** What a schedule counts from: when it was made, and the last time that was seen to. */
export interface Counted {
  readonly since: number;
  readonly firedAt?: number;
}

/**
 * What a schedule that repeats is to count from now on, when the clock has been set back by so much that it would leave
 * out times which come again; else undefined. A time that was seen to while the clock was ahead is not seen to twice,
 * unless others lie before it.
 */
export function recounted(schedule: Schedule, { since, firedAt }: Counted, now: number, zone: string) {
  const last = firedAt ?? since;
  if (last <= now || schedule.kind === "at") return undefined;
  const next = nextTime(schedule, now, { zone, anchor: Math.min(since, now) });
  if (next === undefined || next >= last) return undefined;
  const counted: Counted = { since: Math.min(since, now), ...(firedAt !== undefined && { firedAt: now }) };
  return counted;
}

/** The last time that is after `after` and not later than `until`; undefined when there is none. */
export function lastTime(
  schedule: Schedule,
  span: { readonly after: number; readonly until: number },
  frame: ScheduleFrame,
): number | undefined {
  const { after, until } = span;
  // Looked for in longer and longer spans before the end, so that years of minutes are not gone through.
  for (let lookBackMs = 60_000; ; lookBackMs *= 4) {
    const from = Math.max(after, until - lookBackMs);
    let found = nextTime(schedule, from, frame);
    if (found !== undefined && found <= until) {
      for (let next = nextTime(schedule, found, frame); next !== undefined && next <= until; ) {
        found = next;
        next = nextTime(schedule, found, frame);
      }
      return found;
    }
    if (from === after) return undefined;
  }
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

function nextOfCron(cron: Cron, after: number, zone: string): number | undefined {
  // Times of day that clocks showed before this one are over, even where clocks have been put back since.
  const from = Math.floor(wallTimeAt(Math.max(after, Date.UTC(firstYear, 0, 1)), zone) / minuteMs) * minuteMs;
  for (const midnight of daysOf(cron, from)) {
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const wall = midnight + (hour * 60 + minute) * minuteMs;
        if (wall < from) continue;
        const moment = momentOf(wall, zone);
        if (moment !== undefined && moment > after) return moment;
      }
    }
  }
  return undefined;
}

/** The midnights of the days that an expression means, from that of a wall time on. */
function* daysOf({ years, months, isDay }: Cron, from: number): Generator<number> {
  const first = Math.floor(from / dayMs) * dayMs;
  for (let year = new Date(from).getUTCFullYear(); year <= lastYear; year++) {
    if (!years.has(year)) continue;
    for (let month = 1; month <= 12; month++) {
      if (!months.has(month)) continue;
      const start = Date.UTC(year, month - 1, 1);
      const daysInMonth = (Date.UTC(year, month, 1) - start) / dayMs;
      if (start + daysInMonth * dayMs <= first) continue;
      for (let day = 1; day <= daysInMonth; day++) {
        const midnight = start + (day - 1) * dayMs;
        const weekday = new Date(midnight).getUTCDay() + 1;
        const on: CalendarDay = { year, month, day, daysInMonth, weekday };
        if (midnight >= first && isDay(on)) yield midnight;
      }
    }
  }
}
