import { apiOf } from "./api.ts";
import type { TestPlatform } from "./platform.ts";

export interface Datapoint {
  /** Seconds since the epoch. */
  readonly Timestamp: number;
  readonly Average: number;
  readonly SampleCount: number;
  readonly Sum: number;
  readonly Unit: string;
}

/** Reads the data points of a metric by intervals of so many seconds, in the order of their times. */
export function statisticsOf(platform: () => Pick<TestPlatform, "endpoint" | "env">, intervalSeconds: number) {
  return async (
    Namespace: string,
    MetricName: string,
    dimensions: Readonly<Record<string, string>>,
  ): Promise<Datapoint[]> => {
    const { endpoint, env } = platform();
    const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID!, secretAccessKey: env.AWS_SECRET_ACCESS_KEY! };
    const now = Date.now() / 1000;
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const { Datapoints } = await apiOf({ endpoint, region: "us-east-1", ...credentials }).call(
      "monitoring",
      "GetMetricStatistics",
      {
        ...{ Namespace, MetricName, Dimensions, Statistics: ["Average", "SampleCount", "Sum"] },
        ...{ Period: intervalSeconds, StartTime: now - 900, EndTime: now + intervalSeconds },
      },
    );
    return (Datapoints as Datapoint[]).toSorted((a, b) => a.Timestamp - b.Timestamp);
  };
}
