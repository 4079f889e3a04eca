import type { Clock, Timer } from "./clock.ts";
import type { Log } from "./controller.ts";
import { MetricPublisher } from "./metric-publisher.ts";
import type { Measurement, MetricSink } from "./metric-sink.ts";

/** A metric that something is counted in. */
export type CountedMetric = Omit<Measurement, "values">;

/** Where things are counted as they happen. */
export interface MetricCounter {
  /** That happened so often: each time is a value of 1, so that the sum is how often it was. */
  count(metric: CountedMetric, times?: number): void;
}

export interface MinuteCountsOptions {
  readonly sink: MetricSink;
  readonly clock: Clock;
  readonly log: Log;
  /** What is logged of counts that could not be stored: they are lost. */
  readonly failure: string;
}

interface Counted {
  readonly metric: CountedMetric;
  /** What each time counts. Undefined: the amounts are one value, their sum. */
  readonly unit: 1 | undefined;
  total: number;
}

interface Minute {
  /** In milliseconds since the epoch. */
  readonly start: number;
  readonly timer: Timer;
  readonly counted: Map<string, Counted>;
}

const minuteMs = 60_000;

/**
 * Counts by the minute, and publishes as each minute with something in it ends: one without costs nothing. What was not
 * published yet when the process is killed is lost.
 */
export class MinuteCounts implements MetricCounter {
  readonly #clock: Clock;
  readonly #publisher: MetricPublisher;
  #minute: Minute | undefined;
  #closed = false;

  constructor({ sink, clock, log, failure }: MinuteCountsOptions) {
    this.#clock = clock;
    this.#publisher = new MetricPublisher({ sink, log, failure });
  }

  count(metric: CountedMetric, times = 1): void {
    this.#add(metric, times, 1);
  }

  /** Adds to an amount, which is one value a minute. */
  sum(metric: CountedMetric, amount: number): void {
    this.#add(metric, amount, undefined);
  }

  /** Counts no more. Resolves when all that was counted is published. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#minute?.timer.cancel();
    this.#end();
    await this.#publisher.settled();
  }

  #add(metric: CountedMetric, amount: number, unit: 1 | undefined): void {
    // What is counted may outlive what counts: a call its connection, which the gateway cuts off in the end.
    if (this.#closed || amount === 0) return;
    this.#minute ??= this.#begin();
    const { counted } = this.#minute;
    const key = keyOf(metric);
    const known = counted.get(key);
    if (known === undefined) counted.set(key, { metric, unit, total: amount });
    else known.total += amount;
  }

  #begin(): Minute {
    const now = this.#clock.now();
    const start = Math.floor(now / minuteMs) * minuteMs;
    return { start, timer: this.#clock.after(start + minuteMs - now, () => this.#end()), counted: new Map() };
  }

  #end(): void {
    const minute = this.#minute;
    if (minute === undefined) return;
    this.#minute = undefined;
    const measurements = [...minute.counted.values()].map(({ metric, unit, total }) => ({
      ...metric,
      values: [unit === undefined ? { value: total, count: 1 } : { value: unit, count: total }],
    }));
    this.#publisher.publish(measurements, { time: minute.start, periodSeconds: 60 });
  }
}

/** Those who count give the dimensions of a metric in one order. */
function keyOf({ account, region, namespace, metricName, dimensions }: CountedMetric): string {
  return [account, region, namespace, metricName, ...Object.entries(dimensions).flat()].join("\n");
}
