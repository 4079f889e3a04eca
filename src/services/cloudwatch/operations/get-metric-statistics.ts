import type { Datapoint, GetMetricStatisticsInput, StandardUnit } from "#generated/cloudwatch/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Point } from "../metrics/point.ts";
import { parseStatistic, type Statistic } from "../metrics/statistic.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import type { CloudWatchHandler } from "../request/handler.ts";
import {
  checkPeriod,
  checkTimes,
  invalidCombination,
  invalidValue,
  metricName,
  type Refuse,
  roundStart,
} from "../request/metric.ts";

const mostDatapoints = 1440;

export function getMetricStatistics(storage: MetricStorage): CloudWatchHandler<"GetMetricStatistics"> {
  return async (input, ctx) => {
    const { StartTime: startMs, EndTime: endMs, Period: periodSeconds, Unit: unit } = input;
    const statistics = statisticsOf(ctx, input);
    const refuse: Refuse = (message) => invalidValue(ctx, message);
    checkTimes(refuse, startMs, endMs);
    checkPeriod(refuse, periodSeconds, "Period");
    const start = roundStart(startMs, periodSeconds, ctx.clock.now());
    const end = Math.ceil(endMs / 1000);
    const points = Math.ceil((end - start) / periodSeconds);
    if (points > mostDatapoints) {
      throw invalidCombination(
        ctx,
        `You have requested up to ${points} datapoints, which exceeds the limit of ${mostDatapoints}. ` +
          "You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
      );
    }
    const series = storage.series
      .ofMetric(ctx, metricName(input))
      .filter(({ name }) => (unit ?? name.unit) === name.unit);
    const found = await storage.read(series, { start, end, periodSeconds });
    // Each unit has data points of its own.
    const datapoints = series.flatMap((each) =>
      found.get(each)!.map((point) => datapointOf(point, statistics, each.name.unit as StandardUnit)),
    );
    return { Label: input.MetricName, Datapoints: datapoints };
  };
}

function statisticsOf(ctx: RequestContext, input: GetMetricStatisticsInput): Statistic[] {
  const { Statistics: simple, ExtendedStatistics: extended } = input;
  if (simple === undefined && extended === undefined) {
    const message = "At least one of the parameters Statistics and ExtendedStatistics must be specified.";
    throw ctx.fault("MissingRequiredParameterException", message);
  }
  return [...(simple ?? []), ...(extended ?? [])].map((name) => {
    const statistic = parseStatistic(name);
    if (statistic === undefined || (extended?.includes(name) && isSimple(name))) {
      throw invalidValue(ctx, `The value ${name} for parameter ExtendedStatistics is not supported.`);
    }
    return statistic;
  });
}

function isSimple(name: string): boolean {
  return /^[A-Z][a-z]/.test(name);
}

function datapointOf(point: Point, statistics: readonly Statistic[], unit: StandardUnit): Datapoint {
  const values = statistics.flatMap((statistic) => {
    const value = statistic.of(point);
    return value === undefined ? [] : [[statistic.name, value] as const];
  });
  const extended = values.filter(([name]) => !isSimple(name));
  return {
    Timestamp: point.time * 1000,
    ...Object.fromEntries(values.filter(([name]) => isSimple(name))),
    ...(extended.length > 0 && { ExtendedStatistics: Object.fromEntries(extended) }),
    Unit: unit,
  };
}
