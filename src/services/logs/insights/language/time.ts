import type { TimeUnit } from "./ast.ts";

/** A length of time, as `bin(5m)` has it. */
export interface Period {
  readonly amount: number;
  readonly unit: TimeUnit;
}

const lengths: Readonly<Partial<Record<TimeUnit, number>>> = {
  ...{ ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 },
};
const months: Readonly<Partial<Record<TimeUnit, number>>> = { mo: 1, q: 3, y: 12 };
/** The first Monday since the epoch: weeks begin on Mondays. */
const firstMonday = 4 * 86_400_000;

/** The start of the period that a time is in, in milliseconds since the epoch; days and months are those of UTC. */
export function floorTime(ms: number, { amount, unit }: Period): number {
  const length = lengths[unit];
  if (length !== undefined) {
    const origin = unit === "w" ? firstMonday : 0;
    return Math.floor((ms - origin) / (length * amount)) * length * amount + origin;
  }
  const count = months[unit]! * amount;
  const time = new Date(ms);
  const month = Math.floor((time.getUTCFullYear() * 12 + time.getUTCMonth()) / count) * count;
  return Date.UTC(Math.floor(month / 12), month % 12);
}

/** The same, rounded up: a time that begins a period stays. */
export function ceilTime(ms: number, period: Period): number {
  const floor = floorTime(ms, period);
  if (floor === ms) return ms;
  const length = lengths[period.unit];
  if (length !== undefined) return floor + length * period.amount;
  const start = new Date(floor);
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months[period.unit]! * period.amount);
}
