import { parseMath } from "../math/parse.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import type { MetricAlarmRecord } from "../model.ts";
import { type FoundSeries, runQueries } from "../query/run.ts";
import { type Datapoint, extraPeriods } from "./evaluate.ts";
import { conditionsOf, periodOf, queriesOf, sampleCountQuery, watchedQuery } from "./queries.ts";

/** Data of a period has so long to arrive after its end. */
const lagMs = 2000;

/** So far back missed data is looked for. */
const lookBackMs = 24 * 3_600_000;
/** So many ends of periods before the end of the last data can have been missed with it. */
const mostMissed = 3;

/** The end of the newest period that an alarm is to judge by now, and when the next one is due. */
export function evaluationTime(configuration: MetricAlarmRecord["configuration"], now: number) {
  const stepMs = stepOf(configuration);
  const endMs = Math.floor((now - lagMs) / stepMs) * stepMs;
  return { endMs, nextMs: endMs + stepMs + lagMs };
}

function stepOf(configuration: MetricAlarmRecord["configuration"]): number {
  return Math.min(60, periodOf(configuration)) * 1000;
}

/**
 * The ends of periods before `endMs` that an alarm has not been judged by, ascending: those with the last data that
 * came before a restart, or before a time in which nothing was evaluated. `judged` is the last one that it has been
 * judged by; undefined after a restart: a state that is newer than an end has seen it.
 */
export async function missedEnds(
  storage: MetricStorage,
  alarm: MetricAlarmRecord,
  { judged, endMs, nowMs }: { readonly judged: number | undefined; readonly endMs: number; readonly nowMs: number },
): Promise<readonly number[]> {
  const { configuration, stateUpdatedAt, configurationUpdatedAt } = alarm;
  const stepMs = stepOf(configuration);
  if (judged !== undefined && endMs - judged <= stepMs) return [];
  const since = Math.max(judged ?? stateUpdatedAt, configurationUpdatedAt);
  const { datapoints } = await readAlarm(storage, alarm, endMs, nowMs, Math.min(lookBackMs, endMs - since));
  const newest = datapoints.at(-1);
  if (newest === undefined) return [];
  const last = (newest.time + periodOf(configuration)) * 1000;
  const ends = Array.from({ length: mostMissed }, (_, i) => last - (mostMissed - 1 - i) * stepMs);
  return ends.filter((end) => end > since && end < endMs);
}

/** Reads what an alarm is judged by now, for those who act on it. */
export function alarmReader(storage: MetricStorage) {
  return async (alarm: MetricAlarmRecord, nowMs: number) => {
    const { endMs, nextMs } = evaluationTime(alarm.configuration, nowMs);
    const { datapoints } = await readAlarm(storage, alarm, endMs, nowMs);
    return { datapoints, endMs, nextMs };
  };
}

/** What an alarm watches, in its evaluation range up to `endMs`, or in a longer one. */
export interface AlarmReading {
  /** Ascending. */
  readonly datapoints: readonly Datapoint[];
  /** How many values the newest of them are made of, with a percentile that is not to be trusted on few. */
  readonly sampleCounts?: readonly number[];
}

export async function readAlarm(
  storage: MetricStorage,
  { account, region, configuration }: Pick<MetricAlarmRecord, "account" | "region" | "configuration">,
  endMs: number,
  nowMs: number,
  leastSpanMs = 0,
): Promise<AlarmReading> {
  const { evaluationPeriods } = conditionsOf(configuration);
  const periodMs = periodOf(configuration) * 1000;
  const leastPeriods = Math.ceil(leastSpanMs / periodMs);
  const spanMs = Math.max(evaluationPeriods + extraPeriods, leastPeriods) * periodMs;
  const samples = sampleCountQuery(configuration);
  const queries = [...queriesOf(configuration), ...(samples ? [samples] : [])];
  const checked = queries.map((query) => ({
    query,
    ...(query.Expression !== undefined && { expression: parseMath(query.Expression) }),
  }));
  const results = await runQueries(storage, checked, { account, region, startMs: endMs - spanMs, endMs, nowMs });
  const seriesOf = (id: string): FoundSeries | undefined => results.find((each) => each.id === id)?.series[0];
  const watched = seriesOf(watchedQuery(configuration).Id);
  const datapoints = (watched?.times ?? []).map((time, i) => ({ time, value: watched!.values[i]! }));
  if (samples === undefined) return { datapoints };
  return { datapoints, sampleCounts: seriesOf(samples.Id)?.values.slice(-evaluationPeriods) ?? [] };
}
