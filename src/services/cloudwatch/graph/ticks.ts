/** The scale of an axis of values, and where its lines are. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** What the caller has set. */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
}

const niceSteps = [1, 2, 2.5, 5, 10];

/**
 * A scale for values from `low` to `high` with about `count` lines at round numbers. It begins at zero, unless the
 * values are all far from it: then what they differ by would not be seen.
 */
export function scaleOf(low: number, high: number, count: number, limits: Limits = {}): Scale {
  const nearZero = low >= 0 && low < high / 2 ? 0 : high <= 0 && high > low / 2 ? high : low;
  let min = limits.min ?? (low >= 0 ? Math.min(nearZero, low) : low);
  let max = limits.max ?? high;
  if (!(max > min)) [min, max] = widened(min, max, limits);
  const step = stepOf((max - min) / Math.max(1, count));
  if (limits.min === undefined) min = round(Math.floor(round(min / step)) * step);
  if (limits.max === undefined) max = round(Math.ceil(round(max / step)) * step);
  const ticks: number[] = [];
  for (let i = Math.ceil(round(min / step)); round(i * step) <= max; i++) ticks.push(round(i * step));
  return { min, max, ticks };
}

/** Where there is no range: about the one value, or above or below what is set. */
function widened(min: number, max: number, limits: Limits): [number, number] {
  const by = Math.abs(max) / 2 || 1;
  if (limits.min !== undefined) return [min, min + (Math.abs(min) || 1)];
  if (limits.max !== undefined) return [max - (Math.abs(max) || 1), max];
  return max === 0 ? [0, 1] : [max > 0 ? 0 : max - by, max > 0 ? max + by / 2 : 0];
}

function stepOf(least: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(least));
  return magnitude * niceSteps.find((step) => step * magnitude >= least * (1 - 1e-9))!;
}

/** Without what sums of binary fractions leave behind. */
function round(value: number): number {
  return Number(value.toPrecision(12));
}

export interface TimeTick {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly label: string;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 4, 7, 14, 28, 56, 112].map((days) => days * day),
];

/** At most `count` moments at round times of a time zone, which is so many minutes ahead of UTC. */
export function timeTicks(start: number, end: number, count: number, zoneMinutes: number): TimeTick[] {
  const step = timeSteps.find((each) => (end - start) / each <= count) ?? timeSteps.at(-1)!;
  const zone = zoneMinutes * minute;
  const ticks: TimeTick[] = [];
  for (let local = Math.ceil((start + zone) / step) * step; local <= end + zone; local += step) {
    ticks.push({ time: local - zone, label: timeLabel(local, step, end - start) });
  }
  return ticks;
}

/** Times of the day; dates where a day begins. */
function timeLabel(local: number, step: number, range: number): string {
  const text = new Date(local * 1000).toISOString();
  if (local % day === 0 && range > day / 2) {
    return range > 300 * day ? text.slice(0, 10) : `${text.slice(5, 7)}/${text.slice(8, 10)}`;
  }
  return step < minute ? text.slice(11, 19) : text.slice(11, 16);
}
