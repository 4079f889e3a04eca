import type { DrawnSeries } from "./picture.ts";

/** Points that follow on each other, without a gap. */
export type Run = readonly (readonly [time: number, value: number])[];

/** More than one period between two points is a gap; a half more is forgiven. */
export function runsOf({ times, values, periodSeconds }: DrawnSeries): Run[] {
  const runs: (readonly [number, number])[][] = [];
  for (const [i, time] of times.entries()) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const before = runs.at(-1)?.at(-1);
    if (before === undefined || time - before[0] > periodSeconds * 1.5) runs.push([]);
    runs.at(-1)!.push([time, value]);
  }
  return runs;
}

/** A part of a stack at a moment. */
export interface Band {
  readonly time: number;
  readonly low: number;
  readonly high: number;
}

/** Series upon each other: each at every moment that any has; one without a value there is as thin as a line. */
export function stacked(series: readonly DrawnSeries[]): readonly (readonly Band[])[] {
  const times = [...new Set(series.flatMap((each) => each.times))].toSorted((a, b) => a - b);
  const sums = new Map(times.map((time) => [time, 0]));
  return series.map((each) => {
    const values = new Map(each.times.map((time, i) => [time, each.values[i]!]));
    return times.map((time) => {
      const low = sums.get(time)!;
      const high = low + (values.get(time) ?? 0);
      sums.set(time, high);
      return { time, low, high };
    });
  });
}
