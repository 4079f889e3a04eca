import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "./turns.ts";

/** Turns of an event loop that is ended by hand. */
function newTurns() {
  let now = 0;
  let end: (() => void) | undefined;
  const turns = new Turns({
    now: () => now,
    after: () => assert.fail("a timer"),
    soon(callback) {
      assert.equal(end, undefined, "one turn at a time");
      end = callback;
    },
  });
  const nextTurn = (tookMs: number) => {
    now += tookMs;
    const ended = end!;
    end = undefined;
    ended();
  };
  return { turns, nextTurn, ends: () => end !== undefined };
}

/** Takes up as many keys as it is let, in this turn and in later ones. */
function taker(turns: Turns, name: string, taken: string[], keys: number): void {
  let left = keys;
  const goOn = () => {
    while (left > 0 && turns.take(goOn)) {
      left--;
      taken.push(name);
    }
  };
  goOn();
}

test("those who have much to do share each turn, one after the other", () => {
  const { turns, nextTurn, ends } = newTurns();
  const taken: string[] = [];
  taker(turns, "a", taken, 10);
  taker(turns, "b", taken, 3);
  assert.equal(taken.join(""), "aaaa");
  nextTurn(0);
  assert.equal(taken.join(""), "aaaaaaaa");
  nextTurn(0);
  assert.equal(taken.join(""), "aaaaaaaabbba");
  nextTurn(0);
  assert.equal(taken.join(""), "aaaaaaaabbbaa");
  nextTurn(0);
  assert.equal(ends(), false, "nothing to do, nothing to come");
});

test("after a long turn, full of requests, there are more keys, and then few again", () => {
  const { turns, nextTurn } = newTurns();
  const taken: string[] = [];
  taker(turns, "a", taken, 100);
  nextTurn(50);
  assert.equal(taken.length, 4 + 50);
  nextTurn(1);
  assert.equal(taken.length, 4 + 50 + 4);
});
