import { functionOf } from "./functions.ts";
import type { Expression, Operator } from "./parse.ts";
import { MathError, type MathValue, mapSeries, type TimeSeries, zipSeries } from "./series.ts";

/** What an expression can look at. */
export interface MathWorld {
  /** The value of a metric or another expression by its id; undefined: there is none. */
  reference(id: string): MathValue | undefined;
  /** All metrics of the call, without expressions; with a text those whose id contains it (`METRICS("errors")`). */
  metrics(idPart?: string): readonly TimeSeries[];
  /** What `SEARCH` found: the text of its query, the statistic, the period. */
  search(query: string, statistic: string, periodSeconds?: number): readonly TimeSeries[];
  /** The periods from the start to the end, for functions that make values: `TIME_SERIES`, `FILL`. */
  readonly start: number;
  readonly end: number;
  readonly periodSeconds: number;
  /** Told of the data points of each part of an expression. Throws a `MathError` when they are too many. */
  spend(points: number): void;
}

/** Works an expression out. Throws a `MathError`. */
export function evaluateMath(expression: Expression, world: MathWorld): MathValue {
  const value = partOf(expression, world);
  world.spend(pointsIn(value));
  return value;
}

function pointsIn(value: MathValue): number {
  if (value.kind === "series") return value.series.values.length;
  return value.kind === "list" ? value.list.reduce((sum, { values }) => sum + values.length, 0) : 0;
}

function partOf(expression: Expression, world: MathWorld): MathValue {
  switch (expression.kind) {
    case "number":
    case "text":
      return expression;
    case "reference": {
      const value = world.reference(expression.id);
      if (value === undefined) throw new MathError(`Variable "${expression.id}" is not defined`);
      return value;
    }
    case "list":
      return { kind: "list", list: expression.items.flatMap((item) => seriesOf(evaluateMath(item, world))) };
    case "negative":
      return apply("-", { kind: "number", value: 0 }, evaluateMath(expression.of, world));
    case "operation":
      return apply(expression.operator, evaluateMath(expression.left, world), evaluateMath(expression.right, world));
    case "call":
      return functionOf(expression.name)(
        expression.arguments.map((argument) => evaluateMath(argument, world)),
        world,
      );
  }
}

function seriesOf(value: MathValue): readonly TimeSeries[] {
  if (value.kind === "series") return [value.series];
  if (value.kind === "list") return value.list;
  throw new MathError("An array holds time series only");
}

const operators: Readonly<Record<Operator, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "^": (left, right) => left ** right,
  "<": (left, right) => Number(left < right),
  ">": (left, right) => Number(left > right),
  "<=": (left, right) => Number(left <= right),
  ">=": (left, right) => Number(left >= right),
  "==": (left, right) => Number(left === right),
  "!=": (left, right) => Number(left !== right),
  AND: (left, right) => Number(left !== 0 && right !== 0),
  OR: (left, right) => Number(left !== 0 || right !== 0),
};

/** Numbers meet every value of a series, two series where both have one, arrays member by member. */
function apply(operator: Operator, left: MathValue, right: MathValue): MathValue {
  const combine = operators[operator];
  if (left.kind === "text" || right.kind === "text") throw new MathError(`"${operator}" takes no text`);
  if (left.kind === "number" && right.kind === "number")
    return { kind: "number", value: combine(left.value, right.value) };
  if (left.kind === "list" && right.kind === "list") {
    if (left.list.length !== right.list.length) {
      throw new MathError(`"${operator}" takes two arrays only when they are of the same length`);
    }
    return { kind: "list", list: left.list.map((each, i) => zipSeries(each, right.list[i]!, combine)) };
  }
  if (left.kind === "list") return { kind: "list", list: left.list.map((each) => withOne(each, right, combine)) };
  if (right.kind === "list") {
    return { kind: "list", list: right.list.map((each) => withOne(each, left, (a, b) => combine(b, a))) };
  }
  if (left.kind === "series") return { kind: "series", series: withOne(left.series, right, combine) };
  return {
    kind: "series",
    series: withOne((right as { series: TimeSeries }).series, left, (a, b) => combine(b, a)),
  };
}

function withOne(series: TimeSeries, other: MathValue, combine: (a: number, b: number) => number): TimeSeries {
  if (other.kind === "number") return mapSeries(series, (value) => combine(value, other.value));
  return zipSeries(series, (other as { series: TimeSeries }).series, combine);
}
