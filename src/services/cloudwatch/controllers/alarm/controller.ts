import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { evaluateAlarm, extraPeriods, type Verdict } from "../../alarms/evaluate.ts";
import {
  conditionsOf,
  leastSamples,
  periodOf,
  queriesOf,
  sampleCountQuery,
  watchedQuery,
} from "../../alarms/queries.ts";
import { actionPuts, historyPuts, stateHistory, withState } from "../../alarms/transition.ts";
import { parseMath } from "../../math/parse.ts";
import type { MetricStorage } from "../../metrics/storage.ts";
import { type AlarmRecord, alarms, type MetricAlarmRecord } from "../../model.ts";
import { type FoundSeries, runQueries } from "../../query/run.ts";

/** Data of a period has so long to arrive after its end. */
const lagMs = 2000;

/**
 * Evaluates alarms on metrics: once a minute, those of a shorter period once a period, a moment after it ended. Only a
 * change of state is written. What a restart or a busy moment passed over is seen by the next evaluation, which looks
 * at the same data.
 */
export function alarmController(storage: MetricStorage): Controller {
  return {
    name: "cloudwatch.alarm",
    watches: [watch(alarms, ({ key, value }) => (value.type === "metric" ? [key] : []))],
    async reconcile(key, ctx) {
      const entry = await ctx.store.get(key as Key<AlarmRecord>);
      const alarm = entry.value;
      if (alarm?.type !== "metric") return;
      const stepMs = Math.min(60, periodOf(alarm.configuration)) * 1000;
      const now = ctx.clock.now();
      const endMs = Math.floor((now - lagMs) / stepMs) * stepMs;
      const next = { lookAgainAt: endMs + stepMs + lagMs };
      const verdict = await judge(storage, alarm, endMs, now);
      if (verdict === undefined || verdict.stateValue === alarm.stateValue) return next;
      await settle(ctx, { entry: { ...entry, value: alarm }, verdict, endMs });
      return next;
    },
  };
}

/** Undefined: the alarm stays as it is. */
async function judge(
  storage: MetricStorage,
  { account, region, configuration }: MetricAlarmRecord,
  endMs: number,
  nowMs: number,
): Promise<Verdict | undefined> {
  const periodSeconds = periodOf(configuration);
  const conditions = conditionsOf(configuration);
  const periods = conditions.evaluationPeriods + extraPeriods;
  const samples = sampleCountQuery(configuration);
  const queries = [...queriesOf(configuration), ...(samples ? [samples] : [])];
  const checked = queries.map((query) => ({
    query,
    ...(query.Expression !== undefined && { expression: parseMath(query.Expression) }),
  }));
  const range = { account, region, startMs: endMs - periods * periodSeconds * 1000, endMs, nowMs };
  const results = await runQueries(storage, checked, range);
  const seriesOf = (id: string): FoundSeries | undefined => results.find((each) => each.id === id)?.series[0];
  const watched = seriesOf(watchedQuery(configuration).Id);
  const datapoints = (watched?.times ?? []).map((time, i) => ({ time, value: watched!.values[i]! }));
  if (samples !== undefined) {
    const counts = seriesOf(samples.Id)?.values.slice(-conditions.evaluationPeriods) ?? [];
    const least = leastSamples(configuration.ExtendedStatistic!);
    if (counts.some((count) => count < least)) return undefined;
  }
  return evaluateAlarm(datapoints, conditions);
}

async function settle(
  { store, clock, random }: ControllerContext,
  decided: {
    readonly entry: {
      readonly key: string;
      readonly value: MetricAlarmRecord;
      readonly modRevision: number;
      readonly createRevision: number;
    };
    readonly verdict: Verdict;
    readonly endMs: number;
  },
): Promise<void> {
  const { entry, verdict, endMs } = decided;
  const now = clock.now();
  const reasonData = JSON.stringify(reasonDataOf(entry.value, verdict, { endMs, now }));
  const { stateValue, reason } = verdict;
  const value = withState(entry.value, { stateValue, reason, reasonData }, now);
  const history = historyPuts([stateHistory(entry.value, value)]);
  const put = [{ key: entry.key, value }, ...history, ...actionPuts(entry.value, value, random)];
  await store.commit({ unchanged: [entry], put });
}

function reasonDataOf(
  { configuration }: MetricAlarmRecord,
  { datapoints }: Verdict,
  { endMs, now }: { readonly endMs: number; readonly now: number },
): object {
  const period = periodOf(configuration);
  const { EvaluationPeriods: periods = 1, Statistic: statistic, ExtendedStatistic: extended } = configuration;
  const asTime = (ms: number) => new Date(ms).toISOString().replace("Z", "+0000");
  return {
    version: "1.0",
    queryDate: asTime(now),
    startDate: asTime(datapoints[0] ? datapoints[0].time * 1000 : endMs - periods * period * 1000),
    ...((statistic ?? extended) && { statistic: statistic ?? extended }),
    period,
    recentDatapoints: datapoints.map(({ value }) => value),
    threshold: configuration.Threshold,
    evaluatedDatapoints: datapoints.map(({ time, value }) => ({ timestamp: asTime(time * 1000), value })),
  };
}
