import assert from "node:assert/strict";
import { test } from "node:test";
import type { Derivation } from "#kernel/derivation.ts";
import { ConflictError } from "#kernel/fault.ts";
import { type Collection, keyOf } from "#kernel/store.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { memoryEngine } from "./embedded/index.ts";
import { createStore } from "./store.ts";

const pets: Collection<string> = { name: "toy/pet" };
const diary: Collection<string> = { name: "toy/diary" };
const hats: Collection<string> = { name: "toy/hat" };
const pet = keyOf(pets, "rex");

async function newStore() {
  const asked: number[] = [];
  const derivation: Derivation = {
    collections: [pets.name],
    derive(changes, store) {
      asked.push(changes.length);
      const lines = changes.map(({ before = "nobody", after = "nobody" }) => `${before} became ${after}`);
      return lines.map((value, i) => ({ key: keyOf(diary, String(store.view(diary).size + i)), value }));
    },
  };
  const clock = new VirtualClock();
  const engine = memoryEngine({ clock });
  const store = await createStore({ engine, collections: [pets, diary, hats], clock, derivations: [derivation] });
  return { store, engine, asked };
}

test("what follows from a change is written in its commit", async () => {
  const { store, engine } = await newStore();
  const revision = await store.commit({ put: [{ key: pet, value: "a pup" }] });
  await store.as("somebody").commit({ put: [{ key: pet, value: "a dog" }] });
  await store.commit({ remove: [pet] });
  assert.deepEqual(
    [...store.view(diary).all()].map(({ value }) => value),
    ["nobody became a pup", "a pup became a dog", "a dog became nobody"],
  );
  assert.equal((await engine.get(keyOf(diary, "0")))?.modRevision, revision);
});

test("a commit that is refused leaves nothing of it", async () => {
  const { store } = await newStore();
  const absent = await store.get(keyOf(hats, "red"));
  await store.commit({ put: [{ key: absent.key, value: "x" }] });
  await assert.rejects(store.commit({ unchanged: [absent], put: [{ key: pet, value: "a pup" }] }), ConflictError);
  assert.equal(store.view(diary).size, 0);
});

test("commits without the collection ask nobody", async () => {
  const { store, asked } = await newStore();
  await store.commit({ put: [{ key: keyOf(hats, "red"), value: "x" }] });
  await store.commit({
    put: [
      { key: pet, value: "a pup" },
      { key: keyOf(hats, "red"), value: "y" },
    ],
  });
  assert.deepEqual(asked, [1]);
});
