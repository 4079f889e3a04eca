import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { chosenSeeds } from "../seeds.ts";
import { noise, outage, ramp, sine, step } from "./curves.ts";
import { play, type Run, turns } from "./run.ts";

/** Target tracking on loads of all kinds, with the real planner and the real alarms; see `run.ts`. */

/** Hours of five loads take seconds a seed: a run with a thousand seeds of the other scenarios plays as many. */
const mostSeeds = 20;
const seeds = chosenSeeds(process.env, 10).slice(0, mostSeeds);
const bounds = { min: 1, max: 30 };
/** Three data points of a minute above the target (AWS), and what is begun of the minute before them. */
const documentedMinutes = 4;
const evaluationMinutes = 1;

/** The capacity of the last hour, if it was always the same. */
function rest({ capacity }: Run): number | undefined {
  const last = new Set(capacity.slice(-60));
  return last.size === 1 ? capacity.at(-1) : undefined;
}

function checkRest(run: Run, load: number, seed: number): void {
  const resting = rest(run);
  assert.ok(resting !== undefined, `seed ${seed}: it does not settle: ${run.capacity.slice(-60)}`);
  const needed = Math.ceil((100 * load) / run.target);
  // With the headroom that keeps noise from undoing a scale-in.
  const most = Math.ceil((100 * load) / (0.95 * run.target));
  const used = (100 * load) / resting;
  // Below the target, but not so far below that what there is too much of should have gone.
  assert.ok(resting >= needed, `seed ${seed}: ${resting} tasks are too few for a load of ${load} at ${run.target} %`);
  assert.ok(resting <= most || used >= 0.9 * run.target, `seed ${seed}: ${resting} tasks, ${needed} would do`);
}

test(`step: scales out in time, and settles without a turn, ${seeds.length} seeds`, async (t) => {
  let slowest = 0;
  for (const seed of seeds) {
    const curve = step(seededRandom(seed));
    const run = await play(seed, step, bounds);
    const before = run.decisions.filter(({ minute }) => minute < curve.at);
    const [first] = run.decisions.filter(({ minute, from, to }) => minute >= curve.at && to > from);
    // A step that the capacity was enough for asks for nothing.
    if ((100 * curve.load(curve.at)) / (before.at(-1)?.to ?? bounds.min) > run.target) {
      assert.ok(first !== undefined, `seed ${seed}: no scale-out`);
      slowest = Math.max(slowest, first.minute - curve.at);
    }
    assert.equal(turns(run.decisions), 0, `seed ${seed}: ${JSON.stringify(run.decisions)}`);
    checkRest(run, curve.load(curve.minutes), seed);
  }
  t.diagnostic(`the slowest scale-out came ${slowest.toFixed(2)} minutes after the step`);
  assert.ok(slowest <= documentedMinutes + evaluationMinutes, String(slowest));
});

test(`ramp: up with the load and down with it, with one turn, ${seeds.length} seeds`, async () => {
  for (const seed of seeds) {
    const run = await play(seed, ramp, bounds);
    assert.ok(turns(run.decisions) <= 1, `seed ${seed}: ${JSON.stringify(run.decisions)}`);
    checkRest(run, 0.3, seed);
  }
});

test(`sine: no more turns than the load has, ${seeds.length} seeds`, async () => {
  for (const seed of seeds) {
    const run = await play(seed, sine, bounds);
    assert.ok(turns(run.decisions) <= 4, `seed ${seed}: ${JSON.stringify(run.decisions)}`);
  }
});

test(`noise: at rest, but for one change in three hours at most, ${seeds.length} seeds`, async (t) => {
  let most = 0;
  for (const seed of seeds) {
    const run = await play(seed, noise, bounds);
    most = Math.max(most, turns(run.decisions));
    const late = run.decisions.filter(({ minute }) => minute > 180);
    assert.ok(late.length <= 1, `seed ${seed}: ${JSON.stringify(run.decisions)}`);
  }
  t.diagnostic(`at most ${most} turns in six hours`);
  // Three minutes in a row above the target can come of noise alone.
  assert.ok(most <= 2, String(most));
});

test(`outage: nothing is scaled while nothing is measured, and afterwards it is, ${seeds.length} seeds`, async () => {
  for (const seed of seeds) {
    const { from, until } = outage(seededRandom(seed));
    const run = await play(seed, outage, bounds);
    // What was measured before still counts for a moment.
    const during = run.decisions.filter(({ minute }) => minute > from + documentedMinutes && minute < until);
    assert.deepEqual(during, [], `seed ${seed}`);
    assert.ok(run.capacity.at(-1)! < run.capacity[until - 1]!, `seed ${seed}: ${JSON.stringify(run.decisions)}`);
  }
});
