import assert from "node:assert/strict";
import { test } from "node:test";
import type { Collection } from "#kernel/store.ts";
import { refusal } from "./guard.ts";

interface Thing {
  readonly state?: string;
}

const machine = {
  state: (thing: Thing) => thing.state,
  initial: ["NEW"],
  transitions: { maker: [["NEW", "READY"]], reaper: [["READY", "DELETED"]] },
} as const;
const things: Collection<Thing> = { name: "toy/thing", machines: [machine] };
const removable: Collection<Thing> = { name: "toy/thing", machines: [{ ...machine, removable: true }] };
const free: Collection<Thing> = { name: "toy/thing" };

const state = (name: string | undefined): Thing | undefined => (name === undefined ? undefined : { state: name });

const cases: [string, Collection<Thing>, string, string | undefined, string | undefined, "legal" | "refused"][] = [
  ["a new record in an initial state", things, "anyone", undefined, "NEW", "legal"],
  ["a new record in another state", things, "maker", undefined, "READY", "refused"],
  ["its own transition", things, "maker", "NEW", "READY", "legal"],
  ["another's transition", things, "reaper", "NEW", "READY", "refused"],
  ["a transition backwards", things, "maker", "READY", "NEW", "refused"],
  ["a write in the same state by anyone", things, "anyone", "READY", "READY", "legal"],
  ["removal by its owner", things, "reaper", "READY", undefined, "legal"],
  ["removal by another", things, "maker", "READY", undefined, "refused"],
  ["removal from another state", things, "reaper", "NEW", undefined, "refused"],
  ["removal of what is removable", removable, "anyone", "NEW", undefined, "legal"],
  ["a jump of what is removable", removable, "anyone", "NEW", "GONE", "refused"],
  ["a component named as a built-in member", things, "constructor", "NEW", "READY", "refused"],
  ["anything without a machine", free, "anyone", "A", "B", "legal"],
];

for (const [title, collection, component, from, to, expected] of cases) {
  test(`${title}: ${expected}`, () => {
    assert.equal(refusal(collection, component, state(from), state(to)) === undefined, expected === "legal");
  });
}

test("a record without a state enters its machine at an initial one", () => {
  assert.equal(refusal(things, "anyone", {}, { state: "NEW" }), undefined);
  assert.match(refusal(things, "anyone", {}, { state: "READY" })!, /from absent to READY/);
});

test("the reason names component, collection and states", () => {
  assert.equal(
    refusal(things, "maker", { state: "READY" }, undefined),
    "maker may not take a record of toy/thing from READY to DELETED",
  );
});
