import type { MeasuredAt, Measurement } from "#kernel/metric-sink.ts";

type Metric = Pick<Measurement, "namespace" | "metricName" | "dimensions" | "unit">;

interface Counted {
  readonly metric: Metric;
  readonly at: MeasuredAt;
  /** Value -> how often. */
  readonly values: Map<number, number>;
}

/** Gathers values of metrics of one account and region by the minute, or by the second: few points are stored. */
export class Tally {
  readonly #world: { readonly account: string; readonly region: string };
  readonly #counted = new Map<string, Counted>();

  constructor({ account, region }: { readonly account: string; readonly region: string }) {
    this.#world = { account, region };
  }

  /** `time` is in milliseconds since the epoch. */
  add(metric: Metric, values: readonly number[], time: number, periodSeconds: 1 | 60): void {
    const start = Math.floor(time / (periodSeconds * 1000)) * periodSeconds * 1000;
    const { namespace, metricName, dimensions, unit } = metric;
    const key = JSON.stringify([start, periodSeconds, namespace, metricName, unit, Object.entries(dimensions)]);
    let counted = this.#counted.get(key);
    if (counted === undefined) {
      counted = { metric, at: { time: start, periodSeconds }, values: new Map() };
      this.#counted.set(key, counted);
    }
    for (const value of values) counted.values.set(value, (counted.values.get(value) ?? 0) + 1);
  }

  /** All that was added, by when it was measured. */
  byTime(): readonly (readonly [MeasuredAt, readonly Measurement[]])[] {
    const groups = Map.groupBy(this.#counted.values(), ({ at }) => `${at.time} ${at.periodSeconds}`);
    return [...groups.values()].map((group) => {
      const measurements = group.map(({ metric, values }) => ({
        ...{ ...this.#world, ...metric },
        values: [...values].map(([value, count]) => ({ value, count })),
      }));
      return [group[0]!.at, measurements] as const;
    });
  }
}
