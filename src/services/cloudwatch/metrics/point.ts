import { mergeSketches, type Sketch, sketchOf } from "./sketch.ts";

/** What is known of a metric for one period. */
export interface Point {
  /** When the period begins, seconds since the epoch. */
  readonly time: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Needed for percentiles only where values differ; without it then there are none (a statistic set was sent). */
  readonly sketch?: Sketch;
}

/** The point of one value that was measured so many times. */
export function valuePoint(time: number, value: number, count = 1): Point {
  // There is one zero.
  const number = value + 0;
  return { time, count, sum: number * count, min: number, max: number };
}

/** Both as one, at the time of the first. */
export function mergePoints(a: Point, b: Point): Point {
  const min = Math.min(a.min, b.min);
  const max = Math.max(a.max, b.max);
  const merged = { time: a.time, count: a.count + b.count, sum: a.sum + b.sum, min, max };
  if (min === max || min < 0) return merged;
  const one = spreadOf(a);
  const other = spreadOf(b);
  return one && other ? { ...merged, sketch: mergeSketches(one, other) } : merged;
}

/** How a point's values are spread; undefined where nobody knows, or where some are negative. */
export function spreadOf(point: Point): Sketch | undefined {
  if (point.sketch !== undefined || point.min < 0) return point.sketch;
  return point.min === point.max ? sketchOf(point.min, point.count) : undefined;
}
