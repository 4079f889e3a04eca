import type { MetricDataQuery } from "#generated/cloudwatch/types.ts";
import type { MetricAlarmRecord } from "../model.ts";
import type { AlarmConditions } from "./evaluate.ts";

type Configuration = MetricAlarmRecord["configuration"];

/** What an alarm reads: its metric as a query, or its own queries. */
export function queriesOf(configuration: Configuration): readonly MetricDataQuery[] {
  if (configuration.Metrics !== undefined) return configuration.Metrics;
  return [metricQuery(configuration, configuration.Statistic ?? configuration.ExtendedStatistic ?? "Average", "m1")];
}

/** How many values an alarm on a percentile has, when that matters to it. */
export function sampleCountQuery(configuration: Configuration): MetricDataQuery | undefined {
  const { ExtendedStatistic: statistic, EvaluateLowSampleCountPercentile: low } = configuration;
  return low === "ignore" && statistic !== undefined ? metricQuery(configuration, "SampleCount", "samples") : undefined;
}

function metricQuery(configuration: Configuration, stat: string, id: string): MetricDataQuery {
  const { Namespace, MetricName, Dimensions, Period = 60, Unit } = configuration;
  const metric = {
    ...{ Namespace: Namespace!, MetricName: MetricName! },
    ...(Dimensions && { Dimensions }),
  };
  return { Id: id, MetricStat: { Metric: metric, Period, Stat: stat, ...(Unit && { Unit }) } };
}

/** The query that is compared with the threshold. */
export function watchedQuery(configuration: Configuration): MetricDataQuery {
  const queries = queriesOf(configuration);
  return queries.length === 1 ? queries[0]! : queries.find(({ ReturnData: returned = true }) => returned)!;
}

/** Seconds */
export function periodOf(configuration: Configuration): number {
  const watched = watchedQuery(configuration);
  if (watched.MetricStat) return watched.MetricStat.Period;
  const periods = queriesOf(configuration).flatMap(({ MetricStat: stat }) => stat?.Period ?? []);
  return watched.Period ?? (periods.length > 0 ? Math.min(...periods) : 60);
}

export function conditionsOf(configuration: Configuration): AlarmConditions {
  const evaluationPeriods = configuration.EvaluationPeriods!;
  return {
    comparison: configuration.ComparisonOperator!,
    threshold: configuration.Threshold!,
    evaluationPeriods,
    datapointsToAlarm: configuration.DatapointsToAlarm ?? evaluationPeriods,
    treatMissingData: (configuration.TreatMissingData ?? "missing") as AlarmConditions["treatMissingData"],
  };
}

/** A percentile of so few values says nothing ("Percentile-based alarms and low data samples"). */
export function leastSamples(statistic: string): number {
  const percent = Number(/^p(.+)$/.exec(statistic)?.[1] ?? 50);
  return percent >= 50 ? 10 / (1 - Math.min(percent, 99.99) / 100) : 10 / (Math.max(percent, 0.01) / 100);
}
