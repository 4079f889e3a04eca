import type { Family, FamilySample, Label } from "#services/cloudwatch/index.ts";

/** A request that has been answered. */
export interface AnsweredRequest {
  /** `ecs`, `RunTask` */
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly seconds: number;
}

const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Durations {
  /** How many took no longer than each bound. */
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** Counts the requests to the APIs since the start. */
export class RequestMetrics {
  readonly #counts = new Map<string, { readonly labels: readonly Label[]; count: number }>();
  readonly #durations = new Map<string, Durations>();

  take({ service, operation, status, seconds }: AnsweredRequest): void {
    const key = `${service}.${operation}.${status}`;
    const counted = this.#counts.get(key);
    if (counted !== undefined) counted.count++;
    else this.#counts.set(key, { labels: labelsOf(service, operation, status), count: 1 });
    const durations = this.#durationsOf(service);
    for (let i = bounds.length - 1; i >= 0 && seconds <= bounds[i]!; i--) durations.buckets[i]!++;
    durations.sum += seconds;
    durations.count++;
  }

  families(): Family[] {
    return [
      {
        name: "estiva_requests",
        type: "counter",
        help: "Requests to the AWS APIs that were answered.",
        samples: [...this.#counts.values()].map(({ labels, count }) => ({ labels, value: count })),
      },
      {
        name: "estiva_request_duration_seconds",
        type: "histogram",
        help: "Time from the last byte of a request to its answer.",
        samples: [...this.#durations].flatMap(([service, durations]) => histogram(service, durations)),
      },
    ];
  }

  #durationsOf(service: string): Durations {
    const known = this.#durations.get(service);
    if (known !== undefined) return known;
    const fresh: Durations = { buckets: bounds.map(() => 0), sum: 0, count: 0 };
    this.#durations.set(service, fresh);
    return fresh;
  }
}

function labelsOf(service: string, operation: string, status: number): Label[] {
  return [
    ["service", service],
    ["operation", operation],
    ["status", String(status)],
  ];
}

function histogram(service: string, { buckets, sum, count }: Durations): FamilySample[] {
  const own: Label = ["service", service];
  const bucket = (le: string, value: number): FamilySample => ({ suffix: "_bucket", labels: [own, ["le", le]], value });
  return [
    ...bounds.map((bound, i) => bucket(String(bound), buckets[i]!)),
    bucket("+Inf", count),
    { suffix: "_sum", labels: [own], value: sum },
    { suffix: "_count", labels: [own], value: count },
  ];
}
