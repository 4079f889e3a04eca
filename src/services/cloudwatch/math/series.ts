/** Values of a metric or of an expression over time; times are seconds since the epoch, ascending. */
export interface TimeSeries {
  readonly label: string;
  readonly periodSeconds: number;
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** What an expression can be. */
export type MathValue =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "series"; readonly series: TimeSeries }
  | { readonly kind: "list"; readonly list: readonly TimeSeries[] };

/** The expression cannot be worked out; the message says why, for the caller. */
export class MathError extends Error {
  override readonly name = "MathError";
}

/** A series with each value made anew; those that become undefined are left out. */
export function mapSeries(series: TimeSeries, change: (value: number, i: number) => number | undefined): TimeSeries {
  const times: number[] = [];
  const values: number[] = [];
  for (const [i, value] of series.values.entries()) {
    const changed = change(value, i);
    // As CloudWatch: a division by zero and the like give no data point.
    if (changed === undefined || !Number.isFinite(changed)) continue;
    times.push(series.times[i]!);
    values.push(changed);
  }
  return { ...series, times, values };
}

/** The series of all times that any of these has, each time with the values of those that have one. */
export function acrossTimes(
  list: readonly TimeSeries[],
  combine: (values: readonly number[]) => number | undefined,
): TimeSeries {
  const byTime = new Map<number, number[]>();
  for (const { times, values } of list) {
    for (const [i, time] of times.entries()) {
      const there = byTime.get(time);
      if (there) there.push(values[i]!);
      else byTime.set(time, [values[i]!]);
    }
  }
  const times: number[] = [];
  const values: number[] = [];
  for (const time of [...byTime.keys()].toSorted((a, b) => a - b)) {
    const value = combine(byTime.get(time)!);
    if (value === undefined || !Number.isFinite(value)) continue;
    times.push(time);
    values.push(value);
  }
  return { label: list[0]?.label ?? "", periodSeconds: list[0]?.periodSeconds ?? 60, times, values };
}

/** Two series, where both have a value. */
export function zipSeries(
  left: TimeSeries,
  right: TimeSeries,
  combine: (left: number, right: number) => number,
): TimeSeries {
  const rightValues = new Map(right.times.map((time, i) => [time, right.values[i]!]));
  return mapSeries(left, (value, i) => {
    const other = rightValues.get(left.times[i]!);
    return other === undefined ? undefined : combine(value, other);
  });
}
