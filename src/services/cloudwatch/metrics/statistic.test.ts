import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mergePoints, type Point, valuePoint } from "./point.ts";
import { parseStatistic } from "./statistic.ts";

/** 1 to 100, each once. */
const hundred = Array.from({ length: 100 }, (_, i) => valuePoint(0, i + 1)).reduce(mergePoints);
/** Whole numbers, as counts and bounds often are. */
const whole = [1, 2, 3].map((value) => valuePoint(0, value, 10)).reduce(mergePoints, valuePoint(0, 100));
const same = valuePoint(0, 4, 10);
const set: Point = { time: 0, count: 3, sum: 12, min: 1, max: 8 };
const negative = mergePoints(valuePoint(0, -5), valuePoint(0, 5));

describe("statistics", () => {
  const cases: readonly [name: string, point: Point, expected: number | undefined][] = [
    ["SampleCount", hundred, 100],
    ["Sum", hundred, 5050],
    ["Average", hundred, 50.5],
    ["Minimum", hundred, 1],
    ["Maximum", hundred, 100],
    ["p50", hundred, 50],
    ["p99", hundred, 99],
    ["p99.9", hundred, 100],
    ["p0", hundred, 1],
    ["p100", hundred, 100],
    ["p90", same, 4],
    ["p90", set, undefined],
    ["p90", negative, undefined],
    ["Average", negative, 0],
    ["tm90", hundred, 45.5],
    ["TM(:90%)", hundred, 45.5],
    ["TM(10%:90%)", hundred, 50.5],
    ["TM(20.5:40.5)", hundred, 30.5],
    ["IQM", hundred, 50.5],
    ["tc90", hundred, 90],
    ["TC(0.5:10.5)", hundred, 10],
    ["ts50", hundred, 1275],
    ["TS(9.5:20.5)", hundred, 165],
    ["PR(:9.5)", hundred, 9],
    ["PR(9.5:20.5)", hundred, 11],
    ["TC(10:20)", hundred, 10],
    ["PR(:50)", hundred, 50],
    ["TC(1:2)", whole, 10],
    ["TC(2:50)", whole, 10],
    ["TC(0:2)", whole, 20],
    ["TC(0.99:1)", whole, 10],
    ["TC(3:100)", whole, 1],
    ["TC(100:200)", whole, 0],
    ["TC(3:4)", same, 10],
    ["TC(4:5)", same, 0],
    ["PR(:2)", whole, 2000 / 31],
    ["wm90", hundred, 49.95],
    ["WM(10%:90%)", hundred, 50.5],
    ["TM(200:300)", hundred, undefined],
    ["tm50", set, undefined],
  ];
  for (const [name, point, expected] of cases) {
    test(`${name} is ${expected}`, () => {
      const value = parseStatistic(name)!.of(point);
      if (expected === undefined || value === undefined) return assert.equal(value, expected);
      // Buckets are 2 % wide.
      assert.ok(Math.abs(value - expected) <= 0.011 * Math.abs(expected), `${value}`);
    });
  }

  for (const name of ["", "average", "p101", "p", "px", "TM", "TM(:)", "TM(10%:90)", "PR(10%:90%)", "tm110", "IQM2"]) {
    test(`"${name}" is none`, () => assert.equal(parseStatistic(name), undefined));
  }
});
