import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { shortNumber } from "./number.ts";
import { type Limits, scaleOf, timeTicks } from "./ticks.ts";

describe("the scale of values", () => {
  const cases: readonly [low: number, high: number, count: number, limits: Limits, ticks: readonly number[]][] = [
    [0, 100, 5, {}, [0, 20, 40, 60, 80, 100]],
    [3, 97, 5, {}, [0, 20, 40, 60, 80, 100]],
    // Far from zero what differs is shown.
    [98.2, 99.1, 4, {}, [98, 98.25, 98.5, 98.75, 99, 99.25]],
    [-5, 5, 4, {}, [-5, -2.5, 0, 2.5, 5]],
    [-90, -10, 5, {}, [-100, -80, -60, -40, -20, 0]],
    [0.1, 0.3, 3, {}, [0, 0.1, 0.2, 0.3]],
    [0, 0, 4, {}, [0, 0.25, 0.5, 0.75, 1]],
    [50, 50, 4, {}, [0, 20, 40, 60, 80]],
    [-4, -4, 3, {}, [-6, -4, -2, 0]],
    [1e-9, 5e-9, 5, {}, [0, 1e-9, 2e-9, 3e-9, 4e-9, 5e-9]],
    [20, 60, 5, { min: 0, max: 100 }, [0, 20, 40, 60, 80, 100]],
    [20, 60, 4, { min: 15, max: 70 }, [20, 40, 60]],
    [20, 60, 4, { max: 50 }, [0, 20, 40]],
    [1, 2, 3, { min: 5 }, [6, 8, 10]],
  ];
  for (const [low, high, count, limits, ticks] of cases) {
    test(`${low} to ${high}, ${count} lines, ${JSON.stringify(limits)}`, () => {
      const scale = scaleOf(low, high, count, limits);
      assert.deepEqual(scale.ticks, ticks);
      assert.ok(scale.min < scale.max);
      if (limits.min === undefined) assert.ok(scale.min <= low);
      if (limits.max === undefined && limits.min === undefined) assert.ok(scale.max >= high);
    });
  }
});

describe("times at a graph", () => {
  const noon = Date.UTC(2026, 3, 25, 12) / 1000;
  const cases: readonly [what: string, seconds: number, count: number, zone: number, labels: readonly string[]][] = [
    ["an hour", 3600, 6, 0, ["12:00", "12:10", "12:20", "12:30", "12:40", "12:50", "13:00"]],
    ["three hours elsewhere", 3 * 3600, 6, 330, ["17:30", "18:00", "18:30", "19:00", "19:30", "20:00", "20:30"]],
    ["a minute", 60, 4, 0, ["12:00:00", "12:00:15", "12:00:30", "12:00:45", "12:01:00"]],
    ["a day", 86_400, 4, 0, ["12:00", "18:00", "04/26", "06:00", "12:00"]],
    ["a week", 7 * 86_400, 7, 0, ["04/26", "04/27", "04/28", "04/29", "04/30", "05/01", "05/02"]],
    ["a year", 365 * 86_400, 4, 0, ["2026-06-04", "2026-09-24", "2027-01-14"]],
  ];
  for (const [what, seconds, count, zone, labels] of cases) {
    test(what, () => {
      const ticks = timeTicks(noon, noon + seconds, count, zone);
      assert.deepEqual(
        ticks.map(({ label }) => label),
        labels,
      );
      assert.ok(ticks.every(({ time }) => time >= noon && time <= noon + seconds));
    });
  }
});

test("numbers are short", () => {
  const cases: readonly [value: number, digits: number, text: string][] = [
    [0, 6, "0"],
    [12.5, 6, "12.5"],
    [999.6, 3, "1000"],
    [1500, 6, "1.5k"],
    [-2_000_000, 6, "-2M"],
    [1_234_567, 3, "1.23M"],
    [5e12, 6, "5T"],
    [3e21, 3, "3000000000T"],
    [0.1234567, 3, "0.123"],
  ];
  for (const [value, digits, text] of cases) assert.equal(shortNumber(value, digits), text);
});
