import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { evaluateAlarm, type Verdict } from "../../alarms/evaluate.ts";
import { conditionsOf, leastSamples, periodOf } from "../../alarms/queries.ts";
import { evaluationTime, missedEnds, readAlarm } from "../../alarms/read.ts";
import { actionPuts, stateHistory, withState } from "../../alarms/transition.ts";
import type { MetricStorage } from "../../metrics/storage.ts";
import { type AlarmRecord, alarms, historyPuts, type MetricAlarmRecord } from "../../model.ts";
import { haveCompositesFollowed } from "../composite/controller.ts";

/** Composite alarms follow within a moment. */
const followMs = 20;

/**
 * Evaluates alarms on metrics: once a minute, those of a shorter period once a period, a moment after it ended; a
 * state that is set by hand holds until then. Only a change of state is written. What came right before a restart, or
 * before a time without evaluations, is judged first.
 */
export function alarmController(storage: MetricStorage): Controller {
  /** By the key of the alarm: the end of the last period that it was judged by, and which configuration was. */
  const judged = new Map<string, { readonly end: number; readonly configuredAt: number }>();
  return {
    name: "cloudwatch.alarm",
    watches: [watch(alarms, ({ key, value }) => (value.type === "metric" ? [key] : []))],
    async reconcile(key, ctx) {
      const entry = await ctx.store.get(key as Key<AlarmRecord>);
      const alarm = entry.value;
      if (alarm?.type !== "metric") {
        judged.delete(key);
        return;
      }
      const now = ctx.clock.now();
      const { endMs, nextMs } = evaluationTime(alarm.configuration, now);
      const before = judged.get(key);
      const configuredAt = alarm.configurationUpdatedAt;
      if (before?.end === endMs && before.configuredAt === configuredAt) return { lookAgainAt: nextMs };
      const last = before?.end;
      const missed = await missedEnds(storage, alarm, { judged: last, endMs, nowMs: now });
      const isLate = missed.length > 0 || (last !== undefined && endMs - last > nextMs - endMs);
      // What is late is judged at once, and composite alarms are to see each state that comes of it.
      if (isLate && !haveCompositesFollowed(ctx.store.view(alarms), alarm, now)) return { lookAgainAt: now + followMs };
      for (const end of [...missed, endMs]) {
        const verdict = await judge(storage, alarm, end, now);
        const isNew = verdict !== undefined && verdict.stateValue !== alarm.stateValue;
        if (isNew) await settle(ctx, { entry: { ...entry, value: alarm }, verdict, endMs: end });
        judged.set(key, { end, configuredAt });
        // What follows is judged from the new state on.
        if (isNew && end < endMs) return { lookAgainAt: now };
      }
      return { lookAgainAt: nextMs };
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
  const conditions = conditionsOf(configuration);
  const alarm = { account, region, configuration };
  const { datapoints, sampleCounts } = await readAlarm(storage, alarm, endMs, nowMs);
  if (sampleCounts !== undefined) {
    const least = leastSamples(configuration.ExtendedStatistic!);
    if (sampleCounts.some((count) => count < least)) return undefined;
  }
  return evaluateAlarm(datapoints, conditions, { end: endMs / 1000, period: periodOf(configuration) });
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
