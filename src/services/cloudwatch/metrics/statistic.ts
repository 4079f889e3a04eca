import type { Point } from "./point.ts";
import { spreadOf } from "./point.ts";
import { bucketOf, valueOfBucket } from "./sketch.ts";

/**
 * A statistic of CloudWatch by its name: `Average`, `p99.9`, `tm95`, `TM(10%:90%)`, `PR(:300)`, `IQM` and so on, as the
 * page "CloudWatch statistics definitions" of the user guide lists them.
 */
export interface Statistic {
  readonly name: string;
  /** Undefined where the statistic cannot be told: percentiles of statistic sets and of negative values. */
  of(point: Point): number | undefined;
}

const simple: Readonly<Record<string, (point: Point) => number>> = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

type Measure = "TM" | "WM" | "TC" | "TS" | "PR";

/** A bound of a range: a percentile of the values, or a value. */
type Bound = { readonly percent: number } | { readonly value: number };

interface Bounds {
  readonly low: Bound | undefined;
  readonly high: Bound | undefined;
}

/** The statistic of this name, or undefined when CloudWatch has none. */
export function parseStatistic(name: string): Statistic | undefined {
  const plain = Object.hasOwn(simple, name) ? simple[name] : undefined;
  if (plain !== undefined) return { name, of: plain };
  if (name === "IQM") return ranged(name, "TM", { low: { percent: 25 }, high: { percent: 75 } });
  const short = /^(p|tm|wm|tc|ts)(\d{1,3}(?:\.\d{1,10})?)$/.exec(name);
  if (short !== null) {
    const percent = Number(short[2]);
    if (percent > 100) return undefined;
    if (short[1] === "p") return { name, of: (point) => percentileOf(point, percent) };
    return ranged(name, short[1]!.toUpperCase() as Measure, { low: undefined, high: { percent } });
  }
  const long = /^(TM|WM|TC|TS|PR)\(([^:()]*):([^:()]*)\)$/.exec(name);
  if (long === null) return undefined;
  const [, measure, first, second] = long as unknown as [string, Measure, string, string];
  const low = readBound(first);
  const high = readBound(second);
  if (low === null || high === null || (low === undefined && high === undefined)) return undefined;
  if (low && high && "percent" in low !== "percent" in high) return undefined;
  // The share of the values in a range of percentiles is known beforehand.
  if (measure === "PR" && [low, high].some((bound) => bound && "percent" in bound)) return undefined;
  return ranged(name, measure, { low, high });
}

/** Undefined: open; null: not a bound. */
function readBound(text: string): Bound | undefined | null {
  if (text === "") return undefined;
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  if (match === null) return null;
  const number = Number(match[1]);
  if (match[2] === "") return { value: number };
  return number <= 100 ? { percent: number } : null;
}

function ranged(name: string, measure: Measure, bounds: Bounds): Statistic {
  return { name, of: (point) => measureOf(point, measure, bounds) };
}

/** A value and how often it was measured; ascending. */
interface Weighted {
  readonly bucket: number;
  readonly value: number;
  readonly count: number;
}

function valuesOf(point: Point): readonly Weighted[] | undefined {
  if (point.min === point.max) {
    if (point.min < 0) return undefined;
    return [{ bucket: bucketOf(point.min), value: point.min, count: point.count }];
  }
  const spread = spreadOf(point);
  // The ends are known to the number; what lies between is not outside them.
  return spread?.buckets.map((bucket, i) => ({
    bucket,
    value: Math.min(Math.max(valueOfBucket(bucket), point.min), point.max),
    count: spread.counts[i]!,
  }));
}

function percentileOf(point: Point, percent: number): number | undefined {
  const values = valuesOf(point);
  if (values === undefined) return undefined;
  if (percent === 0) return point.min;
  if (percent === 100) return point.max;
  const rank = (percent / 100) * point.count;
  let below = 0;
  for (const { value, count } of values) {
    below += count;
    if (below >= rank) return value;
  }
  return point.max;
}

/** Percentile bounds cut values in two, where they fall between equal ones. */
function measureOf(point: Point, measure: Measure, { low, high }: Bounds): number | undefined {
  const values = valuesOf(point);
  if (values === undefined) return undefined;
  const inside = values.map(() => 0);
  const lowest = low && "value" in low ? bucketUpTo(low.value, point) : Number.NEGATIVE_INFINITY;
  const highest = high && "value" in high ? bucketUpTo(high.value, point) : Number.POSITIVE_INFINITY;
  let below = 0;
  for (const [i, { bucket, count }] of values.entries()) {
    const from = low && "percent" in low ? (low.percent / 100) * point.count : 0;
    const to = high && "percent" in high ? (high.percent / 100) * point.count : point.count;
    // AWS: the lower bound is left out, the upper one is in.
    const fits = bucket > lowest && bucket <= highest;
    if (fits) inside[i] = Math.max(0, Math.min(below + count, to) - Math.max(below, from));
    below += count;
  }
  const count = inside.reduce((sum, each) => sum + each, 0);
  const sum = values.reduce((total, { value }, i) => total + value * inside[i]!, 0);
  if (measure === "TC") return count;
  if (measure === "TS") return sum;
  if (measure === "PR") return (count / point.count) * 100;
  if (count === 0) return undefined;
  if (measure === "TM") return sum / count;
  return winsorized(values, inside, { count: point.count, low, high });
}

/**
 * The last bucket whose values count as not above `value`: its own, so that of values that are all the same as a bound,
 * as whole numbers often are, none is on the wrong side. The ends of the point are known to the number.
 */
function bucketUpTo(value: number, { min, max }: Point): number {
  if (value < min) return Number.NEGATIVE_INFINITY;
  return value >= max ? Number.POSITIVE_INFINITY : bucketOf(value);
}

/** The mean of all, those outside the bounds with the nearest value inside. */
function winsorized(
  values: readonly Weighted[],
  inside: readonly number[],
  { count, low, high }: Bounds & { readonly count: number },
): number {
  const first = inside.findIndex((each) => each > 0);
  const last = inside.findLastIndex((each) => each > 0);
  const least = low && "value" in low ? low.value : values[first]!.value;
  const most = high && "value" in high ? high.value : values[last]!.value;
  return values.reduce((sum, each) => sum + Math.min(Math.max(each.value, least), most) * each.count, 0) / count;
}
