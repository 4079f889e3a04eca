import assert from "node:assert/strict";
import { test } from "node:test";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { viewsAfter } from "#kernel/views-after.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { memoryEngine } from "./embedded/index.ts";
import { createStore } from "./store.ts";

interface Pet {
  readonly kind: string;
  readonly owners: readonly string[];
}

const pets: Collection<Pet, "kind" | "owner"> = {
  name: "toy/pet",
  indexes: { kind: ({ kind }) => kind, owner: ({ owners }) => owners },
};

test("views after changes are those that the store has once they are committed", async () => {
  const clock = new VirtualClock();
  const store = await createStore({ engine: memoryEngine({ clock }), collections: [pets], clock });
  const pet = (name: string): Key<Pet> => keyOf(pets, name);
  const put = (name: string, kind: string, ...owners: string[]) => ({ key: pet(name), value: { kind, owners } });
  await store.commit({ put: [put("a", "dog", "ann"), put("b", "cat", "ann", "bob"), put("c", "dog")] });
  const commit = { put: [put("b", "dog", "bob"), put("d", "cat", "ann")], remove: [pet("c")] };
  const foreseen = viewsAfter(store, [
    ...commit.put.map(({ key, value }) => ({ key, before: store.view(pets).get(key)?.value, after: value })),
    { key: pet("c"), before: store.view(pets).get(pet("c"))!.value, after: undefined },
  ]).view(pets);
  const look = (view: typeof foreseen) => ({
    all: [...view.all()].map(({ key, value }) => [key, value]),
    size: view.size,
    got: ["a", "b", "c", "d"].map((name) => view.get(pet(name))?.value),
    dogs: view.by("kind", "dog").map(({ key }) => key),
    cats: view.count("kind", "cat"),
    second: view.by("owner", "ann", { after: pet("a"), limit: 1 }).map(({ key }) => key),
  });
  const seen = look(foreseen);
  await store.commit(commit);
  assert.deepEqual(seen, look(store.view(pets)));
});
