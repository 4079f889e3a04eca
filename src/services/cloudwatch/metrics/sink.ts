import type { Measurement, MetricSink } from "#kernel/metric-sink.ts";
import { mergePoints, type Point, valuePoint } from "./point.ts";
import type { MetricStorage } from "./storage.ts";

/** Takes in what the platform itself measures. */
export function createMetricSink(storage: MetricStorage): MetricSink {
  return {
    async put(measurements, { time, periodSeconds }) {
      const seconds = Math.floor(time / 1000);
      await storage.append(
        measurements.map((measurement) => ({
          name: nameOf(measurement),
          point: pointOf(seconds, measurement.values),
          isHighResolution: periodSeconds < 60,
        })),
      );
    },
  };
}

function nameOf({ account, region, namespace, metricName, dimensions, unit }: Measurement) {
  const sorted = Object.entries(dimensions)
    .map(([name, value]) => ({ name, value }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { account, region, namespace, metricName, dimensions: sorted, unit };
}

function pointOf(seconds: number, values: Measurement["values"]): Point {
  return values.map(({ value, count }) => valuePoint(seconds, value, count)).reduce(mergePoints);
}
