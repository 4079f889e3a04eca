import assert from "node:assert/strict";
import { test } from "node:test";
import { leapWatch } from "./clock.ts";

test("a clock that is set, or a machine that was suspended, is a leap; NTP at work is none", () => {
  let [now, elapsed] = [1_000_000, 0];
  const hasLeapt = leapWatch(
    () => now,
    () => elapsed,
  );
  const pass = (ofClock: number, ofTimers: number) => {
    now += ofClock;
    elapsed += ofTimers;
    return hasLeapt();
  };
  assert.equal(pass(5000, 5000), false);
  assert.equal(pass(5003, 5000), false);
  assert.equal(pass(3_605_000, 5000), true);
  assert.equal(pass(5000, 5000), false, "told once");
  assert.equal(pass(-3_600_000, 5000), true);
  assert.equal(pass(5000, 5000), false);
  assert.equal(pass(6500, 5000), true);
});
