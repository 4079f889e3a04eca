import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { evaluateMath, type MathWorld } from "./evaluate.ts";
import { MathSyntaxError, parseMath, referencesOf } from "./parse.ts";
import { MathError, type MathValue, type TimeSeries } from "./series.ts";

function seriesOf(label: string, values: readonly (number | undefined)[]): TimeSeries {
  const known = values.flatMap((value, i) => (value === undefined ? [] : [[i * 60, value] as const]));
  return { label, periodSeconds: 60, times: known.map(([time]) => time), values: known.map(([, value]) => value) };
}

const metrics: Readonly<Record<string, TimeSeries>> = {
  m1: seriesOf("m1", [1, 2, 3, 4]),
  m2: seriesOf("m2", [10, undefined, 30, 0]),
  errors: seriesOf("errors", [0, 5, undefined, undefined]),
};

const world: MathWorld = {
  reference(id): MathValue | undefined {
    return metrics[id] && { kind: "series", series: metrics[id] };
  },
  metrics: (part = "") => Object.entries(metrics).flatMap(([id, series]) => (id.includes(part) ? [series] : [])),
  search: (query) => (query === "{App} Load" ? [metrics.m1!, metrics.m2!] : []),
  start: 0,
  end: 240,
  periodSeconds: 60,
  spend() {},
};

function shown(value: MathValue): unknown {
  if (value.kind === "series") return Object.fromEntries(value.series.times.map((t, i) => [t, value.series.values[i]]));
  return value.kind === "list" ? value.list.map((series) => shown({ kind: "series", series })) : value.value;
}

describe("metric math", () => {
  const cases: readonly [text: string, expected: unknown][] = [
    ["1 + 2 * 3 ^ 2", 19],
    ["-(2 - 5) * 2", 6],
    ["m1 * 2", { 0: 2, 60: 4, 120: 6, 180: 8 }],
    ["10 - m1", { 0: 9, 60: 8, 120: 7, 180: 6 }],
    ["m1 + m2", { 0: 11, 120: 33, 180: 4 }],
    ["m1 / m2", { 0: 0.1, 120: 0.1 }],
    ["m1 > 2 AND m2 > 5", { 0: 0, 120: 1, 180: 0 }],
    ["m1 >= 2 || m2 == 10", { 0: 1, 120: 1, 180: 1 }],
    ["SUM(m1)", 10],
    ["SUM([m1, m2])", { 0: 11, 60: 2, 120: 33, 180: 4 }],
    ["AVG(METRICS())", { 0: 11 / 3, 60: 3.5, 120: 16.5, 180: 2 }],
    ['MAX(METRICS("m"))', { 0: 10, 60: 2, 120: 30, 180: 4 }],
    ["MIN(m2)", 0],
    ["STDDEV(m1)", Math.sqrt(1.25)],
    ["DATAPOINT_COUNT(errors)", 2],
    ["METRIC_COUNT(METRICS())", 3],
    ["FILL(m2, 7)", { 0: 10, 60: 7, 120: 30, 180: 0 }],
    ['FILL(errors, "REPEAT")', { 0: 0, 60: 5, 120: 5, 180: 5 }],
    ["FILL(m2, LINEAR)", { 0: 10, 60: 20, 120: 30, 180: 0 }],
    ["FILL(m2, REPEAT)", { 0: 10, 60: 10, 120: 30, 180: 0 }],
    ["IF(m1 > 2, m1, m2)", { 0: 10, 120: 3, 180: 4 }],
    ["FILL(m2, m1)", { 0: 10, 60: 2, 120: 30, 180: 0 }],
    ["IF(m1 > 2, m1, 0)", { 0: 0, 60: 0, 120: 3, 180: 4 }],
    ["IF(m1 > 2, m2)", { 120: 30, 180: 0 }],
    ["RATE(m1)", { 60: 1 / 60, 120: 1 / 60, 180: 1 / 60 }],
    ["DIFF(m2)", { 120: 20, 180: -30 }],
    ["DIFF_TIME(m2)", { 120: 120, 180: 60 }],
    ["RUNNING_SUM(m1)", { 0: 1, 60: 3, 120: 6, 180: 10 }],
    ["m1 / PERIOD(m1)", { 0: 1 / 60, 60: 2 / 60, 120: 3 / 60, 180: 4 / 60 }],
    ["TIME_SERIES(3)", { 0: 3, 60: 3, 120: 3, 180: 3 }],
    ["MINUTE(m1)", { 0: 0, 60: 1, 120: 2, 180: 3 }],
    ["DAY(m1) + HOUR(m1)", { 0: 4, 60: 4, 120: 4, 180: 4 }],
    ["FIRST(SORT([m1, m2], SUM, DESC))", { 0: 10, 120: 30, 180: 0 }],
    ["SLICE(METRICS(), 2)", { 0: 0, 60: 5 }],
    ["SUM(SEARCH('{App} Load', 'Average', 60))", { 0: 11, 60: 2, 120: 33, 180: 4 }],
    [
      "[m1, m2] * 2",
      [
        { 0: 2, 60: 4, 120: 6, 180: 8 },
        { 0: 20, 120: 60, 180: 0 },
      ],
    ],
    ["CEIL(ABS(m1 / -2))", { 0: 1, 60: 1, 120: 2, 180: 2 }],
  ];
  for (const [text, expected] of cases) {
    test(text, () => assert.deepEqual(shown(evaluateMath(parseMath(text), world)), expected));
  }

  for (const text of ["", "1 +", "SUM(m1", "m1 m2", "m1 # 2", "[m1,]", "'open", "(".repeat(100)]) {
    test(`"${text.slice(0, 20)}" is none`, () => assert.throws(() => parseMath(text), MathSyntaxError));
  }

  for (const text of ["unknown", "NOPE(m1)", "SUM('x')", "LAMBDA('f')", "[m1, m2] + [m1]", "m1 + 'x'"]) {
    test(`"${text}" cannot be worked out`, () => assert.throws(() => evaluateMath(parseMath(text), world), MathError));
  }

  test("what an expression refers to", () => {
    assert.deepEqual(referencesOf(parseMath("IF(e1 > 0, SUM([m1, m2]), -m1)")), ["e1", "m1", "m2"]);
  });
});
