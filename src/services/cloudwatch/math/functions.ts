import type { MathWorld } from "./evaluate.ts";
import { acrossTimes, MathError, type MathValue, mapSeries, type TimeSeries } from "./series.ts";

type MathFunction = (values: readonly MathValue[], world: MathWorld) => MathValue;

/**
 * The functions of metric math by their names. On one series a function like `AVG` gives a number, on an array the
 * series over the times of its members.
 */
const functions: Readonly<Record<string, MathFunction>> = {
  ABS: each(Math.abs),
  CEIL: each(Math.ceil),
  FLOOR: each(Math.floor),
  LOG: each(Math.log),
  LOG10: each(Math.log10),
  AVG: folded((values) => sumOf(values) / values.length),
  MAX: folded((values) => values.reduce((a, b) => Math.max(a, b))),
  MIN: folded((values) => values.reduce((a, b) => Math.min(a, b))),
  SUM: folded(sumOf),
  STDDEV: folded(deviationOf),
  DATAPOINT_COUNT: (values) => {
    const value = theOnly("DATAPOINT_COUNT", values);
    if (value.kind === "series") return { kind: "number", value: value.series.values.length };
    return { kind: "series", series: acrossTimes(listOf("DATAPOINT_COUNT", value), ({ length }) => length) };
  },
  METRIC_COUNT: (values) => {
    const { length } = listOf("METRIC_COUNT", theOnly("METRIC_COUNT", values));
    return { kind: "number", value: length };
  },
  METRICS: ([part], world) => {
    if (part !== undefined && part.kind !== "text") throw new MathError("METRICS takes a text, or nothing");
    return { kind: "list", list: world.metrics(part?.value) };
  },
  SEARCH: ([query, statistic, period], world) => {
    if (query?.kind !== "text" || statistic?.kind !== "text") {
      throw new MathError("SEARCH takes a query, a statistic and, if you like, a period");
    }
    if (period !== undefined && period.kind !== "number") throw new MathError("The period of SEARCH is a number");
    return { kind: "list", list: world.search(query.value, statistic.value, period?.value) };
  },
  DIFF: onSeries("DIFF", (series) => differences(series, (value, before) => value - before)),
  DIFF_TIME: onSeries("DIFF_TIME", (series) => differences(series, (_value, _before, seconds) => seconds)),
  RATE: onSeries("RATE", (series) => differences(series, (value, before, seconds) => (value - before) / seconds)),
  RUNNING_SUM: onSeries("RUNNING_SUM", (series) => {
    let sum = 0;
    return mapSeries(series, (value) => {
      sum += value;
      return sum;
    });
  }),
  FILL: (values, world) => {
    const [value, filler] = values;
    if (value === undefined || filler === undefined) throw new MathError("FILL takes a metric and a filler");
    return overSeries(value, (series) => fill(series, filler, world));
  },
  FIRST: (values) => ofArray("FIRST", values, (list) => list[0]),
  LAST: (values) => ofArray("LAST", values, (list) => list.at(-1)),
  IF: (values) => condition(values),
  PERIOD: (values) => {
    const [series] = listOf("PERIOD", theOnly("PERIOD", values));
    return { kind: "number", value: series?.periodSeconds ?? 60 };
  },
  REMOVE_EMPTY: (values) => {
    const list = listOf("REMOVE_EMPTY", theOnly("REMOVE_EMPTY", values));
    return { kind: "list", list: list.filter(({ values: { length } }) => length > 0) };
  },
  SLICE: (values) => {
    const [value, ...bounds] = values;
    const [from, to] = bounds.map((bound) => numberOf("SLICE", bound));
    const list = listOf("SLICE", value ?? missing("SLICE"));
    if (to !== undefined) return { kind: "list", list: list.slice(from, to) };
    return ofArray("SLICE", [{ kind: "list", list }], () => list[from ?? 0]);
  },
  SORT: (values) => sort(values),
  TIME_SERIES: (values, world) => {
    const value = numberOf("TIME_SERIES", values[0]);
    const times = timesOf(world);
    const { periodSeconds } = world;
    return { kind: "series", series: { label: "", periodSeconds, times, values: times.map(() => value) } };
  },
  EPOCH: onTimes((time) => time),
  MINUTE: onTimes((time) => new Date(time * 1000).getUTCMinutes()),
  HOUR: onTimes((time) => new Date(time * 1000).getUTCHours()),
  // Monday is 1.
  DAY: onTimes((time) => new Date(time * 1000).getUTCDay() || 7),
  DATE: onTimes((time) => new Date(time * 1000).getUTCDate()),
  MONTH: onTimes((time) => new Date(time * 1000).getUTCMonth() + 1),
  YEAR: onTimes((time) => new Date(time * 1000).getUTCFullYear()),
};

/** AWS's functions that are not here, with what there is none of. */
const absent: Readonly<Record<string, string>> = {
  ANOMALY_DETECTION_BAND: "anomaly detection",
  INSIGHT_RULE_METRIC: "Contributor Insights rules",
  LAMBDA: "Lambda data sources",
  SERVICE_QUOTA: "service quotas",
  DB_PERF_INSIGHTS: "Performance Insights",
};

/** The function of this name. Throws a `MathError`, in AWS's words, when there is none. */
export function functionOf(name: string): MathFunction {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found !== undefined) return found;
  const why = Object.hasOwn(absent, name) ? `: Estiva has no ${absent[name]}` : "";
  throw new MathError(`Function '${name}' not found${why}`);
}

function missing(name: string): never {
  throw new MathError(`${name} takes a metric`);
}

function theOnly(name: string, values: readonly MathValue[]): MathValue {
  const [value, ...others] = values;
  if (value === undefined || others.length > 0) throw new MathError(`${name} takes one metric or one array of metrics`);
  return value;
}

function listOf(name: string, value: MathValue): readonly TimeSeries[] {
  if (value.kind === "list") return value.list;
  if (value.kind === "series") return [value.series];
  return missing(name);
}

function numberOf(name: string, value: MathValue | undefined): number {
  if (value?.kind !== "number") throw new MathError(`${name} takes a number there`);
  return value.value;
}

function each(change: (value: number) => number): MathFunction {
  return (values) => {
    const value = theOnly("The function", values);
    if (value.kind === "number") return { kind: "number", value: change(value.value) };
    return overSeries(value, (series) => mapSeries(series, change));
  };
}

function overSeries(value: MathValue, change: (series: TimeSeries) => TimeSeries): MathValue {
  if (value.kind === "series") return { kind: "series", series: change(value.series) };
  if (value.kind === "list") return { kind: "list", list: value.list.map(change) };
  return missing("The function");
}

function onSeries(name: string, change: (series: TimeSeries) => TimeSeries): MathFunction {
  return (values) => overSeries(theOnly(name, values), change);
}

function onTimes(of: (time: number) => number): MathFunction {
  return (values) =>
    overSeries(theOnly("The function", values), (series) => mapSeries(series, (_value, i) => of(series.times[i]!)));
}

function folded(fold: (values: readonly number[]) => number): MathFunction {
  return (values) => {
    const value = values.length === 1 ? values[0]! : ({ kind: "list", list: values.flatMap(asSeries) } as const);
    if (value.kind === "number") return value;
    if (value.kind === "list") return { kind: "series", series: acrossTimes(value.list, fold) };
    if (value.kind === "text") return missing("The function");
    const { values: own } = value.series;
    // A number that is none: what uses it has no data points.
    return { kind: "number", value: own.length === 0 ? Number.NaN : fold(own) };
  };
}

function asSeries(value: MathValue): readonly TimeSeries[] {
  return listOf("The function", value);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The standard deviation of the whole, as metric math and dynamic labels have it. */
export function deviationOf(values: readonly number[]): number {
  const mean = sumOf(values) / values.length;
  return Math.sqrt(sumOf(values.map((value) => (value - mean) ** 2)) / values.length);
}

/** The first data point has none before it. */
function differences(series: TimeSeries, of: (value: number, before: number, seconds: number) => number): TimeSeries {
  const { times, values } = series;
  return mapSeries(series, (value, i) => (i === 0 ? undefined : of(value, values[i - 1]!, times[i]! - times[i - 1]!)));
}

/** As many as an answer of CloudWatch may have. */
const mostMade = 100_800;

function timesOf({ start, end, periodSeconds }: MathWorld): number[] {
  const length = Math.max(0, Math.ceil((end - start) / periodSeconds));
  if (length > mostMade) {
    const words = `It would have ${length} data points, which exceeds the limit of ${mostMade}.`;
    throw new MathError(`${words} Make the period longer or the time range shorter`);
  }
  return Array.from({ length }, (_, i) => start + i * periodSeconds);
}

/** `FILL(m, 0)`, `FILL(m, m2)`, `FILL(m, REPEAT)`, `FILL(m, LINEAR)`. */
function fill(series: TimeSeries, filler: MathValue, world: MathWorld): TimeSeries {
  const known = lookup(series);
  const other = filler.kind === "series" ? lookup(filler.series) : () => undefined;
  const guess = filler.kind === "text" ? guesser(series, filler.value) : () => undefined;
  const times: number[] = [];
  const values: number[] = [];
  for (const time of timesOf({ ...world, periodSeconds: series.periodSeconds })) {
    const value = known(time) ?? (filler.kind === "number" ? filler.value : other(time)) ?? guess(time);
    if (value === undefined) continue;
    times.push(time);
    values.push(value);
  }
  return { ...series, times, values };
}

/** The value at a time; undefined: there is none. */
function lookup({ times, values }: TimeSeries): (time: number) => number | undefined {
  const byTime = new Map(times.map((time, i) => [time, values[i]!]));
  return (time) => byTime.get(time);
}

/** What a series is taken to have been at a time at which it has no value. Asked for times one after the other. */
function guesser({ times, values }: TimeSeries, how: string): (time: number) => number | undefined {
  let after = 0;
  return (time) => {
    while (after < times.length && times[after]! <= time) after++;
    const before = after - 1;
    if (how === "REPEAT") return values[before];
    if (before < 0 || after === times.length) return undefined;
    const share = (time - times[before]!) / (times[after]! - times[before]!);
    return values[before]! + share * (values[after]! - values[before]!);
  };
}

function ofArray(
  name: string,
  values: readonly MathValue[],
  choose: (list: readonly TimeSeries[]) => TimeSeries | undefined,
): MathValue {
  const chosen = choose(listOf(name, theOnly(name, values)));
  return chosen === undefined ? { kind: "list", list: [] } : { kind: "series", series: chosen };
}

/** Where the condition has no data point there is none; a series without one there gives none. */
function condition([test, whenTrue, whenFalse]: readonly MathValue[]): MathValue {
  if (test === undefined || whenTrue === undefined) throw new MathError("IF takes a condition and what then holds");
  if (test.kind === "number") return test.value !== 0 ? whenTrue : (whenFalse ?? { kind: "list", list: [] });
  if (test.kind !== "series") throw new MathError("The condition of IF is a time series or a number");
  const [then, otherwise] = [choice(whenTrue), choice(whenFalse)];
  const { times } = test.series;
  return {
    kind: "series",
    series: mapSeries(test.series, (value, i) => (value !== 0 ? then : otherwise)(times[i]!)),
  };
}

function choice(value: MathValue | undefined): (time: number) => number | undefined {
  if (value === undefined) return () => undefined;
  if (value.kind === "number") return () => value.value;
  if (value.kind === "series") return lookup(value.series);
  return () => {
    throw new MathError("IF chooses between time series and numbers");
  };
}

/** `SORT(METRICS(), MAX, DESC, 10)` */
function sort([value, measure, order, most]: readonly MathValue[]): MathValue {
  const words = [measure, order].map((each) => (each?.kind === "text" ? each.value.toUpperCase() : ""));
  const of = { AVG: (v: readonly number[]) => sumOf(v) / v.length, MIN: least, MAX: greatest, SUM: sumOf }[words[0]!];
  if (value?.kind !== "list" || of === undefined || (words[1] !== "ASC" && words[1] !== "DESC")) {
    throw new MathError("SORT takes an array, AVG, MIN, MAX or SUM, and ASC or DESC");
  }
  const keyed = value.list.map((series) => [series.values.length > 0 ? of(series.values) : 0, series] as const);
  const sign = words[1] === "ASC" ? 1 : -1;
  const sorted = keyed.toSorted(([a], [b]) => sign * (a - b)).map(([, series]) => series);
  return { kind: "list", list: most === undefined ? sorted : sorted.slice(0, numberOf("SORT", most)) };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b));
}

function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b));
}
