import type { Dimension, Metric } from "#generated/cloudwatch/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { MetricName } from "../metrics/series.ts";

/** The name of a metric as series have it: dimensions sorted by their names. */
export function metricName({ Namespace = "", MetricName = "", Dimensions = [] }: Metric): MetricName {
  return { namespace: Namespace, metricName: MetricName, dimensions: sortedDimensions(Dimensions) };
}

export function sortedDimensions(dimensions: readonly Dimension[]): MetricName["dimensions"] {
  return dimensions
    .map(({ Name: name, Value: value }) => ({ name, value }))
    .toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

export function toMetric({ namespace, metricName: name, dimensions }: MetricName): Metric {
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: dimensions.map((dimension) => ({ Name: dimension.name, Value: dimension.value })),
  };
}

const hour = 3_600_000;
const day = 24 * hour;

/**
 * A start as CloudWatch rounds it, in seconds: to the minute, for older data to five minutes, to the hour; for high
 * resolution to the period. Documented with `StartTime` of GetMetricData.
 */
export function roundStart(startMs: number, periodSeconds: number, nowMs: number): number {
  const age = nowMs - startMs;
  const coarse = age > 63 * day ? 3600 : age > 15 * day ? 300 : 60;
  const unit = periodSeconds < 60 && age <= 3 * hour ? periodSeconds : coarse;
  const start = Math.floor(startMs / 1000);
  return start - (start % unit);
}

const highResolutionPeriods = [1, 5, 10, 20, 30];

/** The fault of an operation for input that is wrong in this way: they differ in its code. */
export type Refuse = (message: string) => Error;

/** Throws unless a period is one of CloudWatch's. `name` is how the request calls it. */
export function checkPeriod(refuse: Refuse, periodSeconds: number, name: string): void {
  if (periodSeconds > 0 && periodSeconds % 60 === 0) return;
  if (highResolutionPeriods.includes(periodSeconds)) return;
  throw refuse(`The parameter ${name} must be 1, 5, 10, 20, 30 or a multiple of 60.`);
}

export function checkTimes(refuse: Refuse, startMs: number, endMs: number): void {
  if (startMs >= endMs) throw refuse("The parameter StartTime must be less than the parameter EndTime.");
}

export function invalidValue(ctx: RequestContext, message: string): Error {
  return ctx.fault("InvalidParameterValueException", message);
}

export function invalidCombination(ctx: RequestContext, message: string): Error {
  return ctx.fault("InvalidParameterCombinationException", message);
}
