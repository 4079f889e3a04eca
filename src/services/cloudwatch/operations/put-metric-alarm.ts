import type { PutMetricAlarmInput } from "#generated/cloudwatch/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { faultOfTrial } from "../alarms/trial.ts";
import { parseStatistic } from "../metrics/statistic.ts";
import { alarmKey, configuredAlarm, historyPuts, type MetricAlarmRecord } from "../model.ts";
import { checkQueries } from "../query/check.ts";
import { checkActions, initialState, invalid } from "../request/alarm.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

const mostSeconds = 7 * 86_400;
const highResolution = [10, 20, 30];
const treatments = ["breaching", "notBreaching", "ignore", "missing"];

/** Makes an alarm, or replaces its configuration; its state stays until it is evaluated. */
export const PutMetricAlarm: CloudWatchHandler<"PutMetricAlarm"> = async ({ Tags, ...configuration }, ctx) => {
  checkMetricAlarm(ctx, configuration);
  const before = await ctx.store.get(alarmKey(ctx, configuration.AlarmName));
  if (before.value?.type === "composite") {
    throw invalid(ctx, `A composite alarm with the name ${configuration.AlarmName} exists already.`);
  }
  const now = ctx.clock.now();
  const value: MetricAlarmRecord = {
    ...(before.value ?? { ...initialState(ctx, Tags), type: "metric" as const }),
    configuration,
    configurationUpdatedAt: now,
  };
  const history = historyPuts([configuredAlarm(value, now, before.value)]);
  await ctx.store.commit({ unchanged: [before], put: [{ key: before.key, value }, ...history] });
  return {};
};

/** Throws for an alarm that cannot be. */
export function checkMetricAlarm(ctx: RequestContext, input: Omit<PutMetricAlarmInput, "Tags">): void {
  checkActions(ctx, input);
  checkUnsupported(ctx, input);
  const { EvaluationPeriods: periods, DatapointsToAlarm: datapoints, TreatMissingData: treatment } = input;
  for (const name of ["EvaluationPeriods", "ComparisonOperator", "Threshold"] as const) {
    if (input[name] === undefined) throw invalid(ctx, `The parameter ${name} is required.`);
  }
  if (datapoints !== undefined && datapoints > periods!) {
    throw invalid(ctx, "DatapointsToAlarm must be less than or equal to EvaluationPeriods.");
  }
  if (treatment !== undefined && !treatments.includes(treatment)) {
    const supported = `Supported values are [${treatments.join(", ")}].`;
    throw invalid(ctx, `The value ${treatment} is not supported for TreatMissingData parameter. ${supported}`);
  }
  if (input.Metrics) checkMetrics(ctx, input);
  else checkMetric(ctx, input);
}

function checkUnsupported(ctx: RequestContext, input: Omit<PutMetricAlarmInput, "Tags">): void {
  for (const name of [
    "ThresholdMetricId",
    "EvaluationWindow",
    "WarmUpConfiguration",
    "EvaluationCriteria",
    "EvaluationInterval",
  ] as const) {
    if (input[name] !== undefined) throw invalid(ctx, `${name} is not supported on this platform: leave it out.`);
  }
  const { ComparisonOperator: operator = "", EvaluateLowSampleCountPercentile: low = "evaluate" } = input;
  if (/Upper|Lower/.test(operator)) {
    throw invalid(
      ctx,
      `${operator} needs anomaly detection, which this platform does not have. Use a static threshold.`,
    );
  }
  if (low !== "evaluate" && low !== "ignore") {
    throw invalid(ctx, `The value ${low} is not supported for EvaluateLowSampleCountPercentile parameter.`);
  }
}

function checkMetric(ctx: RequestContext, input: Omit<PutMetricAlarmInput, "Tags">): void {
  const { MetricName, Namespace, Statistic, ExtendedStatistic, Period = 0, EvaluationPeriods = 1 } = input;
  if (!MetricName || !Namespace) throw invalid(ctx, "Either MetricName and Namespace, or Metrics, must be specified.");
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw invalid(ctx, "Exactly one of Statistic and ExtendedStatistic must be specified.");
  }
  if (ExtendedStatistic !== undefined && parseStatistic(ExtendedStatistic) === undefined) {
    throw invalid(ctx, `The value ${ExtendedStatistic} for parameter ExtendedStatistic is not supported.`);
  }
  if (!highResolution.includes(Period) && (Period < 60 || Period % 60 !== 0)) {
    throw invalid(ctx, "Period must be 10, 20, 30 or a multiple of 60.");
  }
  checkSpan(ctx, Period * EvaluationPeriods);
}

function checkMetrics(ctx: RequestContext, input: Omit<PutMetricAlarmInput, "Tags">): void {
  const { Metrics: queries = [], EvaluationPeriods = 1 } = input;
  for (const name of [
    "MetricName",
    "Namespace",
    "Dimensions",
    "Period",
    "Unit",
    "Statistic",
    "ExtendedStatistic",
  ] as const) {
    if (input[name] === undefined) continue;
    throw invalid(ctx, `The parameters Metrics and ${name} are mutually exclusive and you have specified both.`);
  }
  const checked = checkQueries(ctx, queries, "Metrics");
  const returned = queries.filter(({ ReturnData: data = true }) => data);
  if (returned.length !== 1) {
    throw invalid(ctx, "Exactly one element of the Metrics list should return data.");
  }
  if (queries.some(({ Expression: expression = "" }) => /\bSEARCH\s*\(/i.test(expression))) {
    throw invalid(ctx, "SEARCH is not supported on Metric Alarms.");
  }
  const fault = faultOfTrial(checked, returned[0]!.Id);
  if (fault !== undefined) throw invalid(ctx, fault);
  const periods = queries.flatMap(({ MetricStat: stat }) => stat?.Period ?? []);
  checkSpan(ctx, Math.max(60, ...periods) * EvaluationPeriods);
}

/** AWS: a day, a week for periods of an hour and more. */
function checkSpan(ctx: RequestContext, seconds: number): void {
  if (seconds <= mostSeconds) return;
  throw invalid(
    ctx,
    "Metrics cannot be checked across more than seven days (EvaluationPeriods * Period must be <= 604800).",
  );
}
