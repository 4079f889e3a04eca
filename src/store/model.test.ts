import assert from "node:assert/strict";
import { test } from "node:test";
import { ConflictError, DriverError } from "#kernel/fault.ts";
import { compareKeys } from "#kernel/ordered-map.ts";
import { type Random, seededRandom } from "#kernel/random.ts";
import { type ChangeBatch, type Collection, keyOf, type Read } from "#kernel/store.ts";
import { drainMicrotasks, VirtualClock } from "#kernel/virtual-clock.ts";
import { memoryEngine } from "./embedded/index.ts";
import type { Journal } from "./embedded/journal.ts";
import { MemoryJournal } from "./embedded/memory-journal.ts";
import { createStore, type StoreHost } from "./store.ts";

/*
 * Random commits on store, engine and views, with full and slow disks, compactions and restarts, against the naive
 * model: a Map that is copied for every revision. `ESTIVA_SEED=n` plays one seed.
 */

interface Item {
  readonly n: number;
  readonly tags: readonly string[];
}

const items: Collection<Item, "tag"> = { name: "model/item", indexes: { tag: (item) => item.tags } };
const seeds = process.env.ESTIVA_SEED ? [Number(process.env.ESTIVA_SEED)] : Array.from({ length: 40 }, (_, i) => i + 1);

for (const seed of seeds) {
  test(`store and model agree, seed ${seed}`, async () => {
    const world = new World(seededRandom(seed));
    await world.open();
    for (let step = 0; step < 150; step++) await world.step();
    await world.compare();
  });
}

/** The store under test beside the model of it. */
class World {
  readonly #random: Random;
  readonly #clock = new VirtualClock();
  readonly #disk = new MemoryJournal();
  /** Revision -> all records then. */
  readonly #states: Map<string, Item>[] = [new Map()];
  #full = false;
  /** Turns of the event loop that a sync takes. */
  #syncTurns = 0;
  #engine!: ReturnType<typeof memoryEngine>;
  #store!: StoreHost;

  constructor(random: Random) {
    this.#random = random;
  }

  async open(): Promise<void> {
    const journal: Journal = {
      load: () => this.#disk.load(),
      write: (group) => {
        if (this.#full) throw new DriverError("NoSpace", "full");
        this.#disk.write(group);
      },
      sync: () => (this.#syncTurns === 0 ? undefined : turns(this.#syncTurns)),
      maintain: () => (this.#syncTurns === 0 ? undefined : turns(this.#syncTurns)),
      close: () => {},
    };
    this.#engine = memoryEngine({ clock: this.#clock, journal, history: { revisions: 16, bytes: 2 ** 20 } });
    this.#store = await createStore({ engine: this.#engine, collections: [items], clock: this.#clock });
  }

  async step(): Promise<void> {
    const choice = this.#random.float();
    if (choice < 0.85) await this.#commitSeveral();
    else if (choice < 0.9) await this.#engine.compact(this.#below(this.#states.length));
    else if (choice < 0.95) await this.#replay();
    else await this.#reopen();
    if (this.#random.float() < 0.2) await this.compare();
  }

  async compare(): Promise<void> {
    const state = [...this.#states.at(-1)!].sort(([a], [b]) => compareKeys(a, b));
    assert.equal(await this.#engine.revision(), this.#states.length - 1);
    const { entries } = await this.#engine.list("");
    assert.deepEqual(
      entries.map((entry) => [entry.key, entry.value]),
      state,
    );
    const view = this.#store.view(items);
    assert.deepEqual([...view.all()], entries);
    for (const tag of allTags) {
      const tagged = entries.filter((entry) => (entry.value as Item).tags.includes(tag));
      assert.deepEqual(view.by("tag", tag), tagged);
      assert.equal(view.count("tag", tag), tagged.length);
      const after = keyOf(items, String(this.#below(30)));
      const page = tagged.filter((entry) => compareKeys(entry.key, after) > 0).slice(0, 3);
      assert.deepEqual(view.by("tag", tag, { after, limit: 3 }), page);
    }
  }

  /** Commits of one turn, which are durable together, or none of them; or some while others are being synced. */
  async #commitSeveral(): Promise<void> {
    this.#syncTurns = this.#below(4);
    this.#full = this.#random.float() < 0.1;
    const inTurns = this.#syncTurns > 1 && !this.#full;
    const staged = new Map(this.#states.at(-1)!);
    const before = this.#states.length;
    const [commits, expected]: [Promise<number>[], (number | "conflict")[]] = [[], []];
    for (let i = 0; i <= this.#below(4); i++) {
      const { read, write, remove } = await this.#drawCommit();
      const put = write.map(([key, value]) => ({ key, value }));
      const commit = this.#store.commit({ unchanged: [read], put, remove });
      commit.catch(() => {}); // looked at below, with the others
      commits.push(commit);
      if (!isCurrent(read, staged, this.#states)) {
        expected.push("conflict");
        continue;
      }
      const writes = write.length > 0 || remove.some((key) => staged.has(key));
      for (const [key, value] of write) staged.set(key, value);
      for (const key of remove) staged.delete(key);
      if (writes) this.#states.push(new Map(staged));
      expected.push(this.#states.length - 1);
      if (inTurns) await turns(1);
    }
    const results = await Promise.allSettled(commits);
    if (this.#full && this.#states.length > before) this.#states.length = before;
    else assert.deepEqual(results.map(outcome), expected);
    this.#full = false;
  }

  /** A commit on a read that is often, but not always, current when it is made. */
  async #drawCommit() {
    const read = await this.#store.get(keyOf(items, String(this.#below(30))));
    const ids = new Set(Array.from({ length: this.#below(4) }, () => String(this.#below(30))));
    const write: [string, Item][] = [];
    const remove: string[] = [];
    for (const id of ids) {
      const tags = allTags.filter(() => this.#random.float() < 0.4);
      if (this.#random.float() < 0.6) write.push([keyOf(items, id), { n: this.#below(1000), tags }]);
      else remove.push(keyOf(items, id));
    }
    return { read, write, remove };
  }

  /** A watch from a past revision tells just what the model did since, or that it is no longer kept. */
  async #replay(): Promise<void> {
    const from = this.#below(this.#states.length);
    const batches: ChangeBatch<unknown>[] = [];
    let compacted = false;
    const onCompacted = () => {
      compacted = true;
    };
    const watching = this.#engine.watch("", {
      afterRevision: from,
      onBatch: (batch) => batches.push(batch),
      onCompacted,
    });
    await drainMicrotasks();
    watching.close();
    if (compacted) return;
    const state = new Map(this.#states[from]!);
    for (const [i, { revision, changes }] of batches.entries()) {
      assert.equal(revision, from + 1 + i);
      for (const change of changes) {
        if (change.type === "put") state.set(change.entry.key, change.entry.value as Item);
        else state.delete(change.previous.key);
      }
      assert.deepEqual(new Map([...state].sort()), new Map([...this.#states[revision]!].sort()));
    }
    assert.equal(batches.length, this.#states.length - 1 - from);
  }

  async #reopen(): Promise<void> {
    this.#store.close();
    await this.#engine.close();
    await this.open();
  }

  #below(limit: number): number {
    return Math.floor(this.#random.float() * limit);
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await drainMicrotasks();
}

const allTags = ["red", "green", "blue"];

/** Whether the record has not been written, or made, since it was read. */
function isCurrent(read: Read<Item>, staged: ReadonlyMap<string, Item>, states: readonly Map<string, Item>[]): boolean {
  const last = states.findLastIndex((state, i) => state.get(read.key) !== states[i - 1]?.get(read.key));
  if (read.value === undefined) return !staged.has(read.key);
  return staged.has(read.key) && last === read.modRevision;
}

function outcome(result: PromiseSettledResult<number>): number | "conflict" {
  if (result.status === "fulfilled") return result.value;
  assert.ok(result.reason instanceof ConflictError, String(result.reason));
  return "conflict";
}
