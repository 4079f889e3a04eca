/** Where what the platform measures itself goes: CloudWatch's storage, without the API's checks. */
export interface MetricSink {
  /** Stores measurements as those of this moment. Resolves when they would survive the end of the process. */
  put(measurements: readonly Measurement[], at: MeasuredAt): Promise<void>;
}

export interface MeasuredAt {
  /** When the period that was measured began, in milliseconds since the epoch. */
  readonly time: number;
  /** How long it was. What is measured more often than once a minute is kept by the second for three hours. */
  readonly periodSeconds: number;
}

/** A metric of one account and region, and what was measured of it in one period. */
export interface Measurement {
  readonly account: string;
  readonly region: string;
  /** `AWS/ECS` */
  readonly namespace: string;
  readonly metricName: string;
  /** By their names. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** As the API has it: `Percent`, `Count`, `Bytes/Second`... */
  readonly unit: string;
  /** What was measured, and how often each. Never empty. */
  readonly values: readonly { readonly value: number; readonly count: number }[];
}
