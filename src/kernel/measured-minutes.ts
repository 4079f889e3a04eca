import type { Measurement } from "./metric-sink.ts";

/** Measurements of one minute, which begins at `time`: milliseconds since the epoch. */
export interface MeasuredMinute {
  readonly time: number;
  readonly measurements: readonly Measurement[];
}

const minuteMs = 60_000;

/** What `measure` makes of the records of each minute in which there are some. */
export function measuredMinutes<R extends { readonly time: number }>(
  records: readonly R[],
  measure: (own: readonly R[]) => readonly Measurement[],
): MeasuredMinute[] {
  const minutes = Map.groupBy(records, ({ time }) => time - (time % minuteMs));
  return [...minutes].map(([time, own]) => ({ time, measurements: measure(own) }));
}

/** Values as a measurement has them: each that there is once, and how often. */
export function countedValues(values: Measurement["values"]): Measurement["values"] {
  const equal = Map.groupBy(values, ({ value }) => value);
  return [...equal].map(([value, same]) => ({ value, count: same.reduce((sum, { count }) => sum + count, 0) }));
}
