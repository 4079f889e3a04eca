import assert from "node:assert/strict";
import { test } from "node:test";
import { spread } from "./capacity.ts";

const on = (base: number, weight: number) => ({ capacityProvider: "FARGATE", base, weight });
const spot = (weight: number, base = 0) => ({ capacityProvider: "FARGATE_SPOT", base, weight });

/** Strategy, tasks, and how many of them FARGATE and FARGATE_SPOT get ("CapacityProviderStrategyItem"). */
const cases: readonly [string, Parameters<typeof spread>[0], number, [number, number]][] = [
  ["equal weights split evenly", [on(0, 1), spot(1)], 10, [5, 5]],
  ["one to four", [on(0, 1), spot(4)], 10, [2, 8]],
  ["an odd task goes to the one furthest behind", [on(0, 1), spot(4)], 1, [0, 1]],
  ["the base comes first", [on(2, 1), spot(3)], 2, [2, 0]],
  ["and weights hold for the rest", [on(2, 1), spot(3)], 10, [4, 6]],
  ["a base alone", [on(2, 0), spot(1)], 5, [2, 3]],
  ["fewer tasks than the base", [on(100, 1), spot(1)], 3, [3, 0]],
  ["the base of the second", [on(0, 1), spot(0, 1)], 4, [3, 1]],
  ["a weight of 0 gets none", [on(0, 0), spot(1)], 4, [0, 4]],
  ["weights of hundreds", [on(0, 300), spot(700)], 10, [3, 7]],
  ["no task", [on(1, 1), spot(1)], 0, [0, 0]],
];
for (const [name, strategy, count, expected] of cases) {
  test(name, () => {
    const names = spread(strategy, count);
    const countOf = (provider: string) => names.filter((each) => each === provider).length;
    assert.deepEqual([countOf("FARGATE"), countOf("FARGATE_SPOT")], expected);
  });
}

test("whatever the number of tasks, none is more than one off its share", () => {
  for (let count = 1; count <= 60; count++) {
    const ofSpot = spread([on(3, 2), spot(5)], count).filter((each) => each === "FARGATE_SPOT").length;
    assert.ok(Math.abs(ofSpot - (Math.max(0, count - 3) * 5) / 7) < 1, `${ofSpot} of ${count}`);
  }
});
