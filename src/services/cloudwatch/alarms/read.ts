import { parseMath } from "../math/parse.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import type { MetricAlarmRecord } from "../model.ts";
import { type FoundSeries, runQueries } from "../query/run.ts";
import { type Datapoint, extraPeriods } from "./evaluate.ts";
import { conditionsOf, periodOf, queriesOf, sampleCountQuery, watchedQuery } from "./queries.ts";

/** Data of a period has so long to arrive after its end. */
const lagMs = 2000;

/** The end of the newest period that an alarm is to judge by now, and when the next one is due. */
export function evaluationTime(configuration: MetricAlarmRecord["configuration"], now: number) {
  const stepMs = Math.min(60, periodOf(configuration)) * 1000;
  const endMs = Math.floor((now - lagMs) / stepMs) * stepMs;
  return { endMs, nextMs: endMs + stepMs + lagMs };
}

/** Reads what an alarm is judged by now, for those who act on it. */
export function alarmReader(storage: MetricStorage) {
  return async (alarm: MetricAlarmRecord, nowMs: number) => {
    const { endMs, nextMs } = evaluationTime(alarm.configuration, nowMs);
    const { datapoints } = await readAlarm(storage, alarm, endMs, nowMs);
    return { datapoints, endMs, nextMs };
  };
}

/** What an alarm watches, in its evaluation range up to `endMs`. */
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
): Promise<AlarmReading> {
  const { evaluationPeriods } = conditionsOf(configuration);
  const spanMs = (evaluationPeriods + extraPeriods) * periodOf(configuration) * 1000;
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
