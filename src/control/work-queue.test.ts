import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { SettableClock, VirtualClock } from "#kernel/virtual-clock.ts";
import { conflictBackoff, delayMs, errorBackoff } from "./backoff.ts";
import { WorkQueue } from "./work-queue.ts";

function newQueue() {
  const clock = new VirtualClock();
  return { clock, queue: new WorkQueue(clock, () => {}) };
}

test("hands out each key once, in the order they became due", () => {
  const { queue } = newQueue();
  for (const key of ["b", "a", "b", "c", "a"]) queue.add(key);
  assert.equal(queue.depth, 3);
  assert.deepEqual([queue.take(), queue.take(), queue.take(), queue.take()], ["b", "a", "c", undefined]);
});

test("a key that becomes due while it is worked on comes once more, afterwards", () => {
  const { queue } = newQueue();
  queue.add("a");
  assert.equal(queue.take(), "a");
  queue.add("a");
  queue.add("a");
  assert.deepEqual([queue.take(), queue.depth, queue.active], [undefined, 1, 1]);
  queue.done("a");
  assert.deepEqual([queue.take(), queue.take()], ["a", undefined]);
  queue.done("a");
  assert.deepEqual([queue.depth, queue.active], [0, 0]);
});

test("a later time replaces an earlier one; being due now replaces both", async () => {
  const { clock, queue } = newQueue();
  queue.addLater("a", 1000);
  queue.addLater("a", 5000);
  await clock.advance(2000);
  assert.deepEqual([queue.take(), queue.delayed], [undefined, 1]);
  queue.add("a");
  assert.deepEqual([queue.take(), queue.delayed, clock.nextAt()], ["a", 0, undefined]);
  queue.done("a");
  queue.addLater("a", 1000);
  await clock.advance(1000);
  assert.equal(queue.take(), "a");
});

test("due within a time: the first that is set stays, also while the key is worked on", async () => {
  const { clock, queue } = newQueue();
  queue.addWithin("a", 1000);
  await clock.advance(600);
  queue.addWithin("a", 1000);
  await clock.advance(400);
  assert.equal(queue.take(), "a");
  queue.addWithin("a", 1000);
  queue.done("a");
  assert.equal(queue.take(), undefined);
  await clock.advance(1000);
  assert.equal(queue.take(), "a");
});

test("when the clock leaps ahead of its timers, keys come at the time they were to", async () => {
  const clock = new SettableClock();
  const queue = new WorkQueue(clock, () => {});
  queue.addLater("in an hour", 3_600_000);
  queue.addLater("tomorrow", 86_400_000);
  clock.aheadMs = 2 * 3_600_000;
  await clock.advance(1000);
  assert.deepEqual([queue.take(), queue.delayed], [undefined, 2]);
  queue.reconsider();
  await clock.advance(0);
  assert.deepEqual([queue.take(), queue.take(), queue.delayed], ["in an hour", undefined, 1]);
  await clock.advance(22 * 3_600_000 - 1001);
  assert.equal(queue.take(), undefined);
  await clock.advance(1);
  assert.equal(queue.take(), "tomorrow");
});

test("what was set while the clock was ahead is looked at again when the clock is set back", async () => {
  const clock = new SettableClock();
  const queue = new WorkQueue(clock, () => {});
  queue.addLater("set before", 5 * 3_600_000);
  clock.aheadMs = 24 * 3_600_000;
  queue.addLater("set ahead", 60_000);
  clock.aheadMs = 0;
  queue.reconsider();
  await clock.advance(0);
  assert.deepEqual([queue.take(), queue.take(), queue.delayed], ["set ahead", undefined, 1]);
});

test("what is due already needs no time", () => {
  const { clock, queue } = newQueue();
  queue.add("a");
  queue.addLater("a", 1000);
  assert.equal(clock.nextAt(), undefined);
});

test("clear forgets keys and timers", () => {
  const { clock, queue } = newQueue();
  queue.add("a");
  queue.addLater("b", 1000);
  queue.clear();
  assert.deepEqual([queue.take(), queue.depth, queue.delayed, clock.nextAt()], [undefined, 0, 0, undefined]);
});

test("delays double up to the longest, with the upper half random", () => {
  const lowest = { ...seededRandom(1), float: () => 0 };
  const highest = { ...seededRandom(1), float: () => 1 };
  const cases = [
    [errorBackoff, 1, 250, 500],
    [errorBackoff, 2, 500, 1000],
    [errorBackoff, 20, 30_000, 60_000],
    [conflictBackoff, 1, 1, 2],
    [conflictBackoff, 1000, 250, 500],
  ] as const;
  for (const [backoff, failures, least, most] of cases) {
    assert.equal(delayMs(backoff, failures, lowest), least);
    assert.equal(delayMs(backoff, failures, highest), most);
  }
});
