import type { MetricDataQuery } from "#generated/cloudwatch/types.ts";
import { deviationOf } from "../math/functions.ts";
import type { FoundSeries } from "./run.ts";

/** A series with what its label is made of. */
export interface Labelled {
  readonly query: MetricDataQuery;
  readonly series: FoundSeries;
  readonly account: string;
  readonly region: string;
  /** Of the times in labels, ahead of UTC. */
  readonly offsetMinutes: number;
  readonly nowMs: number;
}

/**
 * The label of a series: the caller's, with its dynamic parts (`${MAX}`, `${PROP('Dim.ServiceName')}`), or one that
 * tells the series of the answer apart.
 */
export function labelOf(labelled: Labelled, all: readonly Labelled[]): string {
  const { query, series } = labelled;
  if (query.Label !== undefined) return dynamic(query.Label, labelled);
  if (series.metric === undefined) return query.Id;
  const metrics = all.flatMap(({ series: each }) => (each.metric ? [each] : []));
  const identity = [
    differs(metrics, ({ metric }) => metric!.namespace) ? series.metric.namespace : "",
    differs(metrics, ({ metric }) => metric!.metricName) ? series.metric.metricName : "",
    ...series.metric.dimensions.map(({ name, value }) =>
      differs(metrics, ({ metric }) => metric!.dimensions.find((each) => each.name === name)?.value) ? value : "",
    ),
  ].filter((part) => part !== "");
  const parts = [
    ...(identity.length > 0 ? identity : [series.metric.metricName]),
    ...(differs(metrics, ({ stat }) => stat) ? [series.stat ?? ""] : []),
    ...(differs(metrics, ({ periodSeconds }) => periodSeconds) ? [String(series.periodSeconds)] : []),
  ];
  return parts.join(" ");
}

function differs<T>(all: readonly FoundSeries[], of: (series: FoundSeries) => T): boolean {
  return new Set(all.map(of)).size > 1;
}

function dynamic(label: string, labelled: Labelled): string {
  return label.replace(/\$\{([A-Z_]+)(?:\('([^']*)'\))?\}/g, (whole, word: string, property?: string) => {
    if (word === "PROP" && property !== undefined) return propertyOf(labelled, property) ?? whole;
    return numberOf(labelled, word) ?? whole;
  });
}

/** A number or a time that a word of "Using dynamic labels" (Amazon CloudWatch) stands for. */
function numberOf({ series, offsetMinutes, nowMs }: Labelled, word: string): string | undefined {
  const { label, values, times } = series;
  const sum = values.reduce((total, value) => total + value, 0);
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const numbers: Readonly<Record<string, number | undefined>> = {
    MAX: most,
    MIN: least,
    RANGE: most - least,
    AVG: sum / values.length,
    SUM: sum,
    FIRST: values[0],
    LAST: values.at(-1),
    MIN_MAX_RANGE: most - least,
    FIRST_LAST_RANGE: (values.at(-1) ?? 0) - (values[0] ?? 0),
    STDDEV: deviationOf(values),
  };
  if (word === "LABEL") return label;
  if (word === "DATAPOINT_COUNT") return String(values.length);
  const number = numbers[word];
  if (number !== undefined) return values.length === 0 ? "--" : String(Number(number.toPrecision(6)));
  const timed = /^(?:(MIN)_(MAX)|(FIRST)_(LAST)|(MAX|MIN|FIRST|LAST))_TIME(_RANGE|_RELATIVE|)$/.exec(word);
  const [first, second] = (timed?.slice(1, 6) ?? []).filter((each) => each !== undefined);
  if (first === undefined || (second !== undefined) !== (timed![6] === "_RANGE")) return undefined;
  const [ms, other] = [first, second ?? first].map((which) => {
    const time = which === "LAST" ? times.at(-1) : times[values.indexOf(numbers[which] ?? Number.NaN)];
    return time && time * 1000;
  });
  if (ms === undefined || other === undefined) return "--";
  if (second !== undefined) return duration(other - ms);
  return timed![6] === "_RELATIVE" ? duration(nowMs - ms) : isoTime(ms, offsetMinutes);
}

/** `1d 2h 30m`: AWS does not document how it writes these. */
function duration(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return told.join(" ") || "0s";
}

/** ISO 8601, in a zone so many minutes ahead of UTC. */
function isoTime(ms: number, offsetMinutes: number): string {
  const local = new Date(ms + offsetMinutes * 60_000).toISOString();
  if (offsetMinutes === 0) return local;
  const [hours, minutes] = [Math.trunc(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  const zone = [hours, minutes].map((part) => String(part).padStart(2, "0")).join(":");
  return `${local.slice(0, -1)}${offsetMinutes < 0 ? "-" : "+"}${zone}`;
}

function propertyOf({ series, account, region }: Labelled, property: string): string | undefined {
  if (property === "AccountId") return account;
  if (property === "Region") return region;
  if (property === "Period") return String(series.periodSeconds);
  if (property === "Stat") return series.stat ?? "";
  if (property === "MetricName") return series.metric?.metricName ?? "";
  if (property === "Namespace") return series.metric?.namespace ?? "";
  const dimension = /^Dim\.(.+)$/.exec(property)?.[1];
  return dimension && (series.metric?.dimensions.find(({ name }) => name === dimension)?.value ?? "");
}
