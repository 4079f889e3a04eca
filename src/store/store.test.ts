import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreEngine } from "#kernel/engine.ts";
import { ConflictError, InvariantError } from "#kernel/fault.ts";
import type { ChangeBatch } from "#kernel/store.ts";
import { type Collection, type Key, keyOf, prefixOf } from "#kernel/store.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { memoryEngine } from "./embedded/index.ts";
import { createStore } from "./store.ts";

interface Pet {
  readonly name: string;
  readonly owners: readonly string[];
  readonly state: "AWAKE" | "ASLEEP";
}

const pets: Collection<Pet, "owner" | "name"> = {
  name: "toy/pet",
  indexes: { owner: (pet) => pet.owners, name: (pet) => (pet.name === "" ? undefined : pet.name) },
  machines: [
    {
      state: (pet) => pet.state,
      initial: ["AWAKE"],
      transitions: { night: [["AWAKE", "ASLEEP"]], day: [["ASLEEP", "AWAKE"]] },
      removable: true,
    },
  ],
};
const notes: Collection<string> = { name: "toy/note" };

const pet = (name: string, ...owners: string[]): Pet => ({ name, owners, state: "AWAKE" });
const petKey = (id: string): Key<Pet> => keyOf(pets, "home", id);

async function newStore(engine: StoreEngine = memoryEngine({ clock: new VirtualClock() })) {
  const store = await createStore({ engine, collections: [pets, notes], clock: new VirtualClock() });
  return { store, engine };
}

test("a commit that writes one record twice is refused whole with its key, and the next one goes on", async () => {
  const { store } = await newStore();
  const put = ["a", "b", "a"].map((id) => ({ key: keyOf(notes, id), value: id }));
  await assert.rejects(store.commit({ put }), (error: Error) => {
    assert.ok(error instanceof InvariantError);
    assert.equal(error.message, "Written twice in one commit: toy/note/a");
    return true;
  });
  assert.equal(store.view(notes).size, 0);
  await store.commit({ put: put.slice(0, 2) });
  assert.equal(store.view(notes).size, 2);
});

test("what is named twice is removed once", async () => {
  const { store } = await newStore();
  await store.commit({ put: [{ key: petKey("1"), value: pet("rex") }] });
  await store.commit({ remove: [petKey("1"), petKey("1")] });
  assert.equal((await store.get(petKey("1"))).value, undefined);
});

test("a caller reads its own writes, in get, list and views", async () => {
  const { store } = await newStore();
  const revision = await store.commit({ put: [{ key: petKey("1"), value: pet("rex", "ann") }] });
  const read = await store.get(petKey("1"));
  assert.deepEqual([read.value?.name, read.modRevision, read.createRevision], ["rex", revision, revision]);
  assert.deepEqual(
    (await store.list(prefixOf(pets, "home"))).map((entry) => entry.key),
    [petKey("1")],
  );
  assert.equal(store.view(pets).by("owner", "ann")[0]?.value.name, "rex");
});

test("what is absent reads as absent and can be fenced", async () => {
  const { store } = await newStore();
  const absent = await store.get(petKey("1"));
  assert.deepEqual(absent, { key: petKey("1"), value: undefined, modRevision: 0, createRevision: 0 });
  await store.commit({ unchanged: [absent], put: [{ key: absent.key, value: pet("rex") }] });
  const again = store.commit({ unchanged: [absent], put: [{ key: absent.key, value: pet("bo") }] });
  await assert.rejects(again, (error: unknown) => error instanceof ConflictError && error.key === absent.key);
});

test("views are indexed by every value, in key order, and page", async () => {
  const { store } = await newStore();
  const names = ["d", "b", "a", "c"];
  await store.commit({ put: names.map((id) => ({ key: petKey(id), value: pet(`pet ${id}`, "ann", `${id}'s`) })) });
  const view = store.view(pets);
  const ids = (entries: readonly { value: Pet }[]) => entries.map(({ value }) => value.name.at(-1));
  assert.deepEqual(ids(view.by("owner", "ann")), ["a", "b", "c", "d"]);
  assert.deepEqual(ids(view.by("owner", "ann", { after: petKey("b"), limit: 1 })), ["c"]);
  assert.deepEqual(ids(view.by("owner", "ann", { after: petKey("d") })), []);
  assert.deepEqual([view.count("owner", "ann"), view.count("owner", "b's"), view.count("owner", "x")], [4, 1, 0]);
  assert.deepEqual(ids([...view.all()]), ["a", "b", "c", "d"]);
  assert.equal(view.size, 4);
  await store.commit({
    put: [{ key: petKey("b"), value: pet("", "bob") }],
    remove: [petKey("c")],
  });
  assert.deepEqual(ids(view.by("owner", "ann")), ["a", "d"]);
  assert.equal(view.by("owner", "bob")[0]?.key, petKey("b"));
  assert.deepEqual(view.by("name", "pet b"), []);
  assert.equal(view.get(petKey("c")), undefined);
});

test("an unknown index or collection is a bug", async () => {
  const { store } = await newStore();
  assert.throws(() => store.view(pets).by("colour" as "name", "x"), InvariantError);
  await assert.rejects(store.get("toy/other/1"), InvariantError);
  await assert.rejects(store.commit({ put: [{ key: "other", value: 1 }] }), InvariantError);
});

test("records of unknown collections are left alone", async () => {
  const engine = memoryEngine({ clock: new VirtualClock() });
  await engine.commit({ compare: [], put: [{ key: "old/kind/1", value: 1 }], remove: [] });
  const { store } = await newStore(engine);
  await store.clear();
  assert.equal((await engine.get("old/kind/1"))?.value, 1);
});

test("a component makes its own transitions only", async () => {
  const { store } = await newStore();
  await store.commit({ put: [{ key: petKey("1"), value: pet("rex") }] });
  const asleep = { ...pet("rex"), state: "ASLEEP" } as const;
  for (const component of [store, store.as("day"), store.as("night").as("day")]) {
    await assert.rejects(component.commit({ put: [{ key: petKey("1"), value: asleep }] }), InvariantError);
  }
  await store.as("night").commit({ put: [{ key: petKey("1"), value: asleep }] });
  assert.equal((await store.get(petKey("1"))).value?.state, "ASLEEP");
});

test("of two transitions from one state at once, the second is a conflict, not a bug", async () => {
  const { store } = await newStore();
  await store.commit({ put: [{ key: petKey("1"), value: pet("rex") }] });
  const night = store.as("night");
  const asleep = (name: string) => ({ put: [{ key: petKey("1"), value: { ...pet(name), state: "ASLEEP" } }] });
  const [first, second] = await Promise.allSettled([night.commit(asleep("one")), night.commit(asleep("two"))]);
  assert.equal(first.status, "fulfilled");
  assert.ok(second.status === "rejected" && second.reason instanceof ConflictError);
});

test("a plan on an old read is a conflict, though its transition is illegal by now", async () => {
  const { store } = await newStore();
  await store.commit({ put: [{ key: petKey("1"), value: pet("rex") }] });
  const old = await store.get(petKey("1"));
  await store.commit({ remove: [petKey("1")] });
  const commit = { unchanged: [old], put: [{ key: old.key, value: { ...pet("rex"), state: "ASLEEP" } }] };
  await assert.rejects(store.as("night").commit(commit), ConflictError);
});

test("observers are told of every batch once the views show it", async () => {
  const { store } = await newStore();
  const seen: string[] = [];
  const subscription = store.observe(({ changes }) => {
    for (const change of changes) seen.push(`${change.type} ${store.view(notes).size}`);
  });
  await store.commit({ put: [{ key: keyOf(notes, "1"), value: "x" }] });
  await store.commit({ remove: [keyOf(notes, "1")] });
  subscription.close();
  await store.commit({ put: [{ key: keyOf(notes, "2"), value: "y" }] });
  assert.deepEqual(seen, ["put 1", "remove 0"]);
});

test("clear removes what is being written when it begins, too, and not what comes after", async () => {
  for (const before of [["a"], []]) {
    const { store } = await newStore();
    const put = (id: string) => store.commit({ put: [{ key: keyOf(notes, id), value: id }] });
    for (const id of before) await put(id);
    const writing = put("b");
    const clearing = store.clear();
    const later = put("c");
    await Promise.all([writing, clearing, later]);
    assert.deepEqual(
      [...store.view(notes).all()].map(({ value }) => value),
      ["c"],
    );
  }
});

test("clear removes every record in whatever state", async () => {
  const { store, engine } = await newStore();
  await store.commit({ put: [{ key: petKey("1"), value: pet("rex") }] });
  await store.as("night").commit({ put: [{ key: petKey("1"), value: { ...pet("rex"), state: "ASLEEP" } }] });
  await store.clear();
  assert.deepEqual((await engine.list("")).entries, []);
  assert.equal(store.view(pets).size, 0);
});

test("a watch that was cut off is made up for by comparing, with retries", async () => {
  const clock = new VirtualClock();
  const inner = memoryEngine({ clock });
  let cutOff = () => {};
  let failing = 0;
  const engine: StoreEngine = Object.create(inner, {
    list: { value: (prefix: string) => (failing-- > 0 ? Promise.reject(new Error("away")) : inner.list(prefix)) },
    watch: {
      value: (prefix: string, options: Parameters<StoreEngine["watch"]>[1]) => {
        const watching = inner.watch(prefix, options);
        cutOff = () => watching.close();
        lost = () => options.onCompacted(0);
        return watching;
      },
    },
    commit: { value: inner.commit.bind(inner) },
  });
  let lost = () => {};
  const store = await createStore({ engine, collections: [notes], clock });
  const put = (id: string, value: string) => ({ key: keyOf(notes, id), value });
  await store.commit({ put: [put("stays", "1"), put("changes", "1"), put("goes", "1")] });
  cutOff();
  await store.commit({ put: [put("changes", "2"), put("comes", "1")], remove: [keyOf(notes, "goes")] });
  assert.equal(store.view(notes).size, 3, "cut off");
  const batches: ChangeBatch<unknown>[] = [];
  store.observe((batch) => batches.push(batch));
  failing = 2;
  lost();
  await clock.advance(60_000);
  const told = batches.flatMap((batch) => batch.changes.map((change) => `${change.type} ${keyOfChange(change)}`));
  assert.deepEqual(told, ["remove toy/note/goes", "put toy/note/changes", "put toy/note/comes"]);
  await store.commit({ put: [put("later", "1")] });
  assert.deepEqual(
    [...store.view(notes).all()].map((entry) => entry.value),
    ["2", "1", "1", "1"],
  );
});

function keyOfChange(change: ChangeBatch<unknown>["changes"][number]): string {
  return change.type === "put" ? change.entry.key : change.previous.key;
}
