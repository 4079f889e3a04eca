import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { MetricPublisher } from "#kernel/metric-publisher.ts";
import type { Measurement, MetricSink } from "#kernel/metric-sink.ts";

export interface CallCountsOptions {
  readonly sink: MetricSink;
  readonly clock: Clock;
  readonly log: Log;
}

/** A call that has been answered. */
export interface CountedCall {
  /** The service's folder among the models, and the operation: `logs`, `PutLogEvents`. */
  readonly service: string;
  readonly operation: string;
  /** Undefined: nobody knows whose call it was. */
  readonly place: { readonly account: string; readonly region: string } | undefined;
}

interface UsageMetrics {
  /** The value of the dimension `Service`. */
  readonly name: string;
  /** The values of the dimension `Resource`; without it all operations of the service. */
  readonly operations?: ReadonlySet<string>;
}

/** The services whose calls AWS documents as usage metrics, by their folders among the models. */
const documented: Readonly<Record<string, UsageMetrics>> = {
  cloudwatch: {
    name: "CloudWatch",
    operations: new Set([
      ...["DeleteAlarms", "DeleteDashboards", "DescribeAlarmHistory", "DescribeAlarms", "GetDashboard"],
      ...["GetMetricData", "GetMetricStatistics", "ListMetrics", "PutDashboard", "PutMetricData"],
    ]),
  },
  logs: { name: "Logs" },
  scheduler: { name: "Scheduler" },
};

const minuteMs = 60_000;

interface Minute {
  /** In milliseconds since the epoch. */
  readonly start: number;
  readonly timer: Timer;
  /** By account, region, service and operation. */
  readonly counts: Map<string, { readonly metric: Omit<Measurement, "values">; count: number }>;
}

/**
 * Publishes `CallCount` of `AWS/Usage`, as each minute with a call ends: a minute without calls costs nothing. Each
 * call is a value of 1, so that the sum is how many there were. What was not published yet when the process is killed
 * is lost.
 */
export class CallCounts {
  readonly #clock: Clock;
  readonly #publisher: MetricPublisher;
  #minute: Minute | undefined;
  #closed = false;

  constructor({ sink, clock, log }: CallCountsOptions) {
    this.#clock = clock;
    this.#publisher = new MetricPublisher({ sink, log, failure: "Counts of calls could not be stored" });
  }

  take({ service, operation, place }: CountedCall): void {
    const usage = documented[service];
    if (place === undefined || usage === undefined || usage.operations?.has(operation) === false) return;
    // A call may outlive its connection, which the gateway cuts off in the end.
    if (this.#closed) return;
    this.#minute ??= this.#begin();
    const { counts } = this.#minute;
    const { account, region } = place;
    const key = `${account} ${region} ${service} ${operation}`;
    const counted = counts.get(key);
    if (counted !== undefined) {
      counted.count++;
      return;
    }
    const dimensions = { Type: "API", Resource: operation, Service: usage.name, Class: "None" };
    const metric = { namespace: "AWS/Usage", metricName: "CallCount", dimensions, unit: "None" };
    counts.set(key, { metric: { account, region, ...metric }, count: 1 });
  }

  /** Counts no more. Resolves when all that was counted is published. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#minute?.timer.cancel();
    this.#end();
    await this.#publisher.settled();
  }

  #begin(): Minute {
    const now = this.#clock.now();
    const start = Math.floor(now / minuteMs) * minuteMs;
    return { start, timer: this.#clock.after(start + minuteMs - now, () => this.#end()), counts: new Map() };
  }

  #end(): void {
    const minute = this.#minute;
    if (minute === undefined) return;
    this.#minute = undefined;
    const measurements = [...minute.counts.values()].map(({ metric, count }) => ({
      ...metric,
      values: [{ value: 1, count }],
    }));
    this.#publisher.publish(measurements, { time: minute.start, periodSeconds: 60 });
  }
}
