import assert from "node:assert/strict";
import { test } from "node:test";
import { operationMachine } from "./states.ts";

test("an operation ends once, and is then forgotten; each of its states is left by one component", () => {
  const moves = Object.entries(operationMachine.transitions).flatMap(([owner, each]) =>
    each.map(([from, to]) => ({ owner, from, to })),
  );
  assert.deepEqual(operationMachine.initial, ["SUBMITTED"]);
  const ways = (state: string): string[] => {
    const next = moves.filter(({ from }) => from === state);
    assert.ok(new Set(next.map(({ owner }) => owner)).size <= 1);
    return next.length === 0 ? [state] : next.flatMap(({ to }) => ways(to).map((rest) => `${state} ${rest}`));
  };
  assert.deepEqual(ways("SUBMITTED"), ["SUBMITTED SUCCESS DELETED", "SUBMITTED FAIL DELETED"]);
});
