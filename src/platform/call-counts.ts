import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import { MinuteCounts } from "#kernel/minute-counts.ts";

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

/**
 * Publishes `CallCount` of `AWS/Usage`, as each minute with a call ends. Each call is a value of 1, so that the sum is
 * how many there were.
 */
export class CallCounts {
  readonly #counts: MinuteCounts;

  constructor(options: CallCountsOptions) {
    this.#counts = new MinuteCounts({ ...options, failure: "Counts of calls could not be stored" });
  }

  take({ service, operation, place }: CountedCall): void {
    const usage = documented[service];
    if (place === undefined || usage === undefined || usage.operations?.has(operation) === false) return;
    const { account, region } = place;
    const dimensions = { Type: "API", Resource: operation, Service: usage.name, Class: "None" };
    const metric = { namespace: "AWS/Usage", metricName: "CallCount", dimensions, unit: "None" };
    this.#counts.count({ account, region, ...metric });
  }

  /** Counts no more. Resolves when all that was counted is published. */
  close(): Promise<void> {
    return this.#counts.close();
  }
}
