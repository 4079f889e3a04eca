import { setImmediate } from "node:timers/promises";
import type { MetricStat } from "#generated/cloudwatch/types.ts";
import { Fault } from "#kernel/fault.ts";
import { evaluateMath } from "../math/evaluate.ts";
import { childrenOf, type Expression } from "../math/parse.ts";
import { MathError, type MathValue, type TimeSeries } from "../math/series.ts";
import { type MetricName, measuredSeries, type Series } from "../metrics/series.ts";
import { parseStatistic } from "../metrics/statistic.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import { metricName, roundStart } from "../request/metric.ts";
import { Budget } from "./budget.ts";
import type { CheckedQuery } from "./check.ts";
import { parseSearch, SearchSyntaxError, type Words, wordsOf } from "./search.ts";

export interface QueryRange {
  readonly account: string;
  readonly region: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly nowMs: number;
}

/** What a query gave: series, or why there is none. */
export interface QueryResult {
  readonly id: string;
  readonly series: readonly FoundSeries[];
  /** What went wrong with it, in words for the caller. */
  readonly error?: string;
}

export interface FoundSeries extends TimeSeries {
  /** Of a metric, not of an expression. */
  readonly metric?: MetricName;
  readonly stat?: string;
  /** The units in which there is data of the metric, sorted: the points are those of the first. */
  readonly units?: readonly string[];
}

/** As CloudWatch: a search gives no more. */
const mostFound = 500;
const searchPeriod = 300;
/** Data points that one call reads: those of 500 metrics, one a minute, for more than two weeks. */
const mostRead = 12_000_000;
/** Metrics that the searches of one call look at, each time that one does. */
const mostLookedAt = 10_000_000;
/** Metrics that a search looks at before others have their turn: some milliseconds of work. */
const lookedAtInATurn = 2000;
/** Data points that the expressions of one call work on, all their parts together: some seconds of work. */
const mostWorkedOn = 20_000_000;

/**
 * Reads what the queries ask for and works their expressions out, those that others need first. Rejects with a
 * `ValidationError` when there is more to read than one call may.
 */
export async function runQueries(
  storage: MetricStorage,
  queries: readonly CheckedQuery[],
  range: QueryRange,
): Promise<readonly QueryResult[]> {
  const read = new MetricReader(storage, range);
  const values = new Map<string, MathValue>();
  const searches = new Map<string, readonly FoundSeries[]>();
  for (const { query, expression } of queries) {
    if (query.MetricStat) values.set(query.Id, { kind: "series", series: await read.stat(query.MetricStat) });
    for (const search of expression ? searchesIn(expression) : []) {
      searches.set(JSON.stringify(search), await read.search(search));
    }
  }
  const evaluation = new Evaluation(queries, { range, values, searches });
  return queries.map(({ query }) => evaluation.result(query.Id));
}

interface Search {
  readonly query: string;
  readonly statistic: string;
  readonly periodSeconds: number;
}

function searchesIn(expression: Expression): Search[] {
  const own = expression.kind === "call" && expression.name === "SEARCH" ? [expression.arguments] : [];
  const found = own.flatMap(([query, statistic, period]): Search[] => {
    if (query?.kind !== "text" || statistic?.kind !== "text") return [];
    return [searchOf(query.value, statistic.value, period?.kind === "number" ? period.value : undefined)];
  });
  return [...found, ...childrenOf(expression).flatMap(searchesIn)];
}

function searchOf(query: string, statistic: string, periodSeconds = searchPeriod): Search {
  return { query, statistic, periodSeconds };
}

class MetricReader {
  private readonly storage: MetricStorage;
  private readonly range: QueryRange;
  private readonly budget = new Budget(mostRead);
  private readonly looks = new Budget(mostLookedAt);
  /** All that searches choose from, and the words in it, which are the same for each of them. */
  private all: readonly Series[] | undefined;
  private readonly words = remembered(wordsOf);

  constructor(storage: MetricStorage, range: QueryRange) {
    this.storage = storage;
    this.range = range;
  }

  async stat({ Metric: metric, Period: periodSeconds, Stat: stat, Unit: unit }: MetricStat): Promise<FoundSeries> {
    const name = metricName(metric);
    const series = this.storage.series
      .ofMetric(this.range, name)
      .filter(({ name: each }) => unit === undefined || each.unit === unit);
    const [found] = await this.series([{ name, series }], stat, periodSeconds);
    return found!;
  }

  /** What is wrong with a query is found again, and told, when the expression is worked out. */
  async search({ query, statistic, periodSeconds }: Search): Promise<readonly FoundSeries[]> {
    const matches = matcherOf(query, this.words);
    if (matches === undefined || parseStatistic(statistic) === undefined) return [];
    const byMetric = new Map<string, { readonly name: MetricName; readonly series: Series[] }>();
    this.all ??= [...this.storage.series.list(this.range)];
    if (!this.looks.take(this.all.length)) {
      const words = `The searches look at more than ${mostLookedAt} metrics.`;
      throw new Fault("ValidationError", `${words} Ask for fewer at once.`);
    }
    for (const [i, series] of this.all.entries()) {
      if (i % lookedAtInATurn === 0) await setImmediate();
      if (!matches(series.name)) continue;
      const { namespace, metricName: metric, dimensions } = series.name;
      const key = JSON.stringify([namespace, metric, dimensions]);
      const there = byMetric.get(key);
      if (there) there.series.push(series);
      else byMetric.set(key, { name: { namespace, metricName: metric, dimensions }, series: [series] });
    }
    return await this.series([...byMetric.values()].slice(0, mostFound), statistic, periodSeconds);
  }

  private async series(
    metrics: readonly { readonly name: MetricName; readonly series: readonly Series[] }[],
    stat: string,
    periodSeconds: number,
  ): Promise<FoundSeries[]> {
    const { startMs, endMs, nowMs } = this.range;
    const start = roundStart(startMs, periodSeconds, nowMs);
    const statistic = parseStatistic(stat)!;
    const all = metrics.flatMap(({ series }) => series);
    const points = await this.storage.read(all, { start, end: Math.ceil(endMs / 1000), periodSeconds });
    for (const each of points.values()) {
      if (this.budget.take(each.length)) continue;
      const words = `The queries read more than ${mostRead} data points.`;
      throw new Fault("ValidationError", `${words} Ask for fewer metrics, longer periods or a shorter time range.`);
    }
    return metrics.map(({ name, series }) => {
      const measured = measuredSeries(series, points);
      const known = (measured[0] === undefined ? [] : points.get(measured[0])!).flatMap((point) => {
        const value = statistic.of(point);
        return value === undefined ? [] : [{ time: point.time, value }];
      });
      return {
        ...{ label: name.metricName, periodSeconds, metric: name, stat },
        units: measured.map((each) => each.name.unit),
        times: known.map(({ time }) => time),
        values: known.map(({ value }) => value),
      };
    });
  }
}

function remembered(words: Words): Words {
  const known = new Map<string, readonly string[]>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = words(text);
    known.set(text, found);
    return found;
  };
}

/** What an expression made of metrics is none of them; an array still tells which of its series is which. */
function computed({ label, periodSeconds, times, values }: TimeSeries): FoundSeries {
  return { label, periodSeconds, times, values };
}

function matcherOf(query: string, words: Words): ReturnType<typeof parseSearch> | undefined {
  try {
    return parseSearch(query, words);
  } catch (error) {
    if (error instanceof SearchSyntaxError) return undefined;
    throw error;
  }
}

class Evaluation {
  private readonly byId: ReadonlyMap<string, CheckedQuery>;
  private readonly range: QueryRange;
  private readonly values: Map<string, MathValue>;
  private readonly errors = new Map<string, string>();
  private readonly budget = new Budget(mostWorkedOn);
  private readonly searches: ReadonlyMap<string, readonly FoundSeries[]>;

  constructor(
    queries: readonly CheckedQuery[],
    known: {
      readonly range: QueryRange;
      readonly values: Map<string, MathValue>;
      readonly searches: ReadonlyMap<string, readonly FoundSeries[]>;
    },
  ) {
    this.byId = new Map(queries.map((each) => [each.query.Id, each]));
    this.range = known.range;
    this.values = known.values;
    this.searches = known.searches;
  }

  result(id: string): QueryResult {
    try {
      const value = this.valueOf(id);
      if (value.kind === "list") return { id, series: value.list };
      if (value.kind === "series")
        return { id, series: [this.byId.get(id)!.expression ? computed(value.series) : value.series] };
      return { id, series: [], error: "An expression must give a time series, or an array of them" };
    } catch (error) {
      if (!(error instanceof MathError)) throw error;
      return { id, series: [], error: error.message };
    }
  }

  private valueOf(id: string): MathValue {
    const known = this.values.get(id);
    if (known !== undefined) return known;
    const before = this.errors.get(id);
    if (before !== undefined) throw new MathError(before);
    const { query, expression } = this.byId.get(id)!;
    const periodSeconds = query.Period ?? this.shortestPeriod();
    const { startMs, endMs, nowMs } = this.range;
    try {
      const value = evaluateMath(expression!, {
        reference: (other) => this.valueOf(other),
        metrics: (part) => this.metrics(part),
        search: (text, statistic, period) => this.search(searchOf(text, statistic, period)),
        start: roundStart(startMs, periodSeconds, nowMs),
        end: endMs / 1000,
        periodSeconds,
        spend: (points) => this.spend(points),
      });
      this.values.set(id, value);
      return value;
    } catch (error) {
      if (error instanceof MathError) this.errors.set(id, error.message);
      throw error;
    }
  }

  private spend(points: number): void {
    if (this.budget.take(points)) return;
    throw new MathError(`The expressions of one call work on at most ${mostWorkedOn} data points`);
  }

  private metrics(part = ""): TimeSeries[] {
    return [...this.byId.values()].flatMap(({ query }) => {
      const value = query.MetricStat && query.Id.includes(part) ? this.values.get(query.Id) : undefined;
      return value?.kind === "series" ? [value.series] : [];
    });
  }

  private search(search: Search): readonly TimeSeries[] {
    try {
      parseSearch(search.query);
    } catch (error) {
      if (error instanceof SearchSyntaxError) throw new MathError(error.message);
      throw error;
    }
    if (parseStatistic(search.statistic) === undefined) throw new MathError(`No statistic ${search.statistic}`);
    const found = this.searches.get(JSON.stringify(search));
    if (found === undefined) throw new MathError("SEARCH takes its query, statistic and period as they are");
    return found;
  }

  private shortestPeriod(): number {
    const periods = [...this.byId.values()].flatMap(({ query }) => query.MetricStat?.Period ?? []);
    return periods.length > 0 ? Math.min(...periods) : searchPeriod;
  }
}
