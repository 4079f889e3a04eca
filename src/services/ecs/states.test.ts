import assert from "node:assert/strict";
import { test } from "node:test";
import type { StateMachine } from "#kernel/store.ts";
import {
  clusterMachine,
  daemonTaskDefinitionMachine,
  serviceDeploymentMachine,
  serviceMachine,
  taskDefinitionMachine,
  taskMachine,
  taskSetMachine,
} from "./states.ts";

type Machine = Pick<StateMachine<never>, "initial" | "transitions">;

/** Each machine with the states that more than one component may leave, and why that is no race. */
const machines: readonly (readonly [name: string, machine: Machine, shared: readonly string[]])[] = [
  // A deleted cluster is made again by the API, or by its controller forgotten, or taken into use again when a task
  // was quicker than the deletion: both compare before they write.
  ["cluster", clusterMachine, ["INACTIVE"]],
  ["task definition", taskDefinitionMachine, []],
  ["task", taskMachine, []],
  // A deleted service is made again under its name by the API, or forgotten: both compare before they write.
  ["service", serviceMachine, ["INACTIVE"]],
  // A user's request to stop meets the scheduler's own moves: both compare before they write.
  ["service deployment", serviceDeploymentMachine, ["PENDING", "IN_PROGRESS"]],
  ["task set", taskSetMachine, []],
  ["daemon task definition", daemonTaskDefinitionMachine, []],
];

for (const [name, machine, shared] of machines) {
  const moves = Object.entries(machine.transitions).flatMap(([owner, transitions]) =>
    transitions.map(([from, to]) => ({ owner, from, to })),
  );
  const states = new Set([...machine.initial, ...moves.flatMap(({ from, to }) => [from, to])]);

  test(`every state of a ${name} can be reached, and left for its end`, () => {
    const reached = closure(machine.initial, (state) => moves.filter(({ from }) => from === state).map(({ to }) => to));
    assert.deepEqual([...reached].toSorted(), [...states].toSorted());
    const ending = closure(["DELETED"], (state) => moves.filter(({ to }) => to === state).map(({ from }) => from));
    assert.deepEqual([...ending].toSorted(), [...states].toSorted());
  });

  test(`each state of a ${name} is left by one component`, () => {
    for (const state of states) {
      const owners = new Set(moves.filter(({ from }) => from === state).map(({ owner }) => owner));
      assert.equal(owners.size > 1, shared.includes(state), `${state} is left by ${[...owners].join(" and ")}`);
    }
  });

  test(`each transition of a ${name} has one owner`, () => {
    const owned = moves.filter(({ from }) => !shared.includes(from));
    const seen = owned.map(({ from, to }) => `${from} -> ${to}`);
    assert.equal(new Set(seen).size, seen.length);
  });
}

function closure(start: readonly string[], next: (state: string) => readonly string[]): Set<string> {
  const found = new Set(start);
  for (const state of found) for (const other of next(state)) found.add(other);
  return found;
}
