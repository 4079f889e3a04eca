import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { StoreEngine, Transaction } from "#kernel/engine.ts";
import { type DriverError, InvariantError } from "#kernel/fault.ts";
import { compareKeys } from "#kernel/ordered-map.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { keys, put, remove, watchFrom } from "./store-engine-probe.ts";

/** How the suite gets its engines. */
export interface EngineHarness {
  /** Opens an engine on a store of its own that is empty at first, and closes it when the test ends. */
  open(t: TestContext, clock: VirtualClock): Promise<OpenedEngine>;
}

export interface OpenedEngine {
  readonly engine: StoreEngine;
  /** Closes the engine and opens another on the same store. */
  reopen(): Promise<OpenedEngine>;
}

/** What every `StoreEngine` must do. Registers its tests under `name`. */
export function testStoreEngine(name: string, harness: EngineHarness): void {
  const withEngine = (title: string, body: (opened: OpenedEngine, clock: VirtualClock) => Promise<void>) =>
    test(title, async (t) => {
      const clock = new VirtualClock();
      await body(await harness.open(t, clock), clock);
    });
  describe(`store engine: ${name}`, () => {
    testTransactions(withEngine);
    testReads(withEngine);
    testWatches(withEngine);
    testLeases(withEngine);
    testReopening(withEngine);
  });
}

type Register = (title: string, body: (opened: OpenedEngine, clock: VirtualClock) => Promise<void>) => void;

function testTransactions(withEngine: Register): void {
  withEngine("a commit raises the revision by one and versions its records", async ({ engine }) => {
    const first = await engine.revision();
    assert.equal(await put(engine, "a/1", { n: 1 }), first + 1);
    assert.equal(await put(engine, "a/1", { n: 2 }), first + 2);
    assert.deepEqual(await engine.get("a/1"), {
      key: "a/1",
      value: { n: 2 },
      createRevision: first + 1,
      modRevision: first + 2,
      version: 2,
      lease: undefined,
    });
    assert.equal(await engine.revision(), first + 2);
  });
  withEngine("a record made again starts anew", async ({ engine }) => {
    await put(engine, "a/1", 1);
    await remove(engine, "a/1");
    assert.equal(await engine.get("a/1"), undefined);
    const revision = await put(engine, "a/1", 2);
    const entry = await engine.get("a/1");
    assert.deepEqual([entry?.createRevision, entry?.version], [revision, 1]);
  });
  withEngine("a failed comparison writes nothing and names the first key that differs", async ({ engine }) => {
    const revision = await put(engine, "a/1", 1);
    const compare = [
      { key: "a/1", modRevision: revision },
      { key: "a/2", modRevision: 7 },
      { key: "a/3", modRevision: 8 },
    ];
    const result = await engine.commit({ compare, put: [{ key: "a/4", value: 1 }], remove: ["a/1"] });
    assert.deepEqual(result, { ok: false, key: "a/2" });
    assert.deepEqual(await keys(engine, "a/"), ["a/1"]);
    assert.equal(await engine.revision(), revision);
  });
  withEngine("0 compares with an absent key", async ({ engine }) => {
    const create: Transaction = {
      compare: [{ key: "a/1", modRevision: 0 }],
      put: [{ key: "a/1", value: 1 }],
      remove: [],
    };
    assert.equal((await engine.commit(create)).ok, true);
    assert.deepEqual(await engine.commit(create), { ok: false, key: "a/1" });
    await remove(engine, "a/1");
    assert.equal((await engine.commit(create)).ok, true);
  });
  withEngine("of commits made at once that exclude each other one succeeds", async ({ engine }) => {
    const create = (value: number) =>
      engine.commit({ compare: [{ key: "a/1", modRevision: 0 }], put: [{ key: "a/1", value }], remove: [] });
    const results = await Promise.all([create(1), create(2), create(3)]);
    assert.deepEqual(
      results.map((result) => result.ok),
      [true, false, false],
    );
    assert.equal((await engine.get("a/1"))?.value, 1);
  });
  withEngine("who loses against a commit under way sees it when told", async ({ engine }) => {
    const winning = put(engine, "a/1", 1);
    const losing = engine.commit({ compare: [{ key: "a/1", modRevision: 0 }], put: [], remove: ["a/1"] });
    const seen = losing.then(async () => (await engine.get("a/1"))?.value);
    assert.equal(await seen, 1);
    await winning;
  });
  withEngine("many commits at once each have their revision, in the order of the calls", async ({ engine }) => {
    const first = await engine.revision();
    const revisions = await Promise.all(Array.from({ length: 500 }, (_, i) => put(engine, `a/${i}`, i)));
    assert.deepEqual(
      revisions,
      revisions.map((_, i) => first + 1 + i),
    );
  });
  withEngine("removing what is not there is passed over and raises no revision", async ({ engine }) => {
    const revision = await put(engine, "a/1", 1);
    assert.equal(await remove(engine, "a/2"), revision);
    assert.equal(await engine.revision(), revision);
  });
  withEngine("a key cannot be written twice in one commit, nor be empty", async ({ engine }) => {
    const twice = [
      { key: "a/1", value: 1 },
      { key: "a/1", value: 2 },
    ];
    await assert.rejects(engine.commit({ compare: [], put: twice, remove: [] }), InvariantError);
    await assert.rejects(
      engine.commit({ compare: [], put: [{ key: "a/1", value: 1 }], remove: ["a/1"] }),
      InvariantError,
    );
    await assert.rejects(put(engine, "", 1), InvariantError);
    assert.deepEqual(await keys(engine, ""), []);
  });
  withEngine("a value that is not JSON data is refused, and the value is not shown", async ({ engine }) => {
    for (const value of [undefined, () => 1, Number.NaN, 1n, new Date(0), new Map(), { deep: [{ at: new Set() }] }]) {
      await assert.rejects(put(engine, "a/1", value), InvariantError);
    }
    assert.equal(await engine.get("a/1"), undefined);
  });
  withEngine("values are frozen in depth", async ({ engine }) => {
    const value = { list: [{ n: 1 }] };
    await put(engine, "a/1", value);
    assert.throws(() => value.list.push({ n: 2 }), TypeError);
    const stored = (await engine.get("a/1"))?.value as typeof value;
    assert.throws(() => {
      stored.list[0]!.n = 2;
    }, TypeError);
  });
}

/** In the order of UTF-8: é before 一 before U+FF61 before U+1F600, though UTF-16 puts the last before U+FF61. */
const unicodeKeys = [
  "a/\u{1F600}",
  "a/\uFF61",
  "a/b",
  "a/\u00E9",
  "a/\u4E00",
  "a/B",
  "a/\u{1F600}/x",
  "a/b/c",
  "a/b c",
];

function testReads(withEngine: Register): void {
  withEngine("lists are ordered by the UTF-8 bytes of their keys", async ({ engine }) => {
    for (const key of unicodeKeys) await put(engine, key, 1);
    const byBytes = [...unicodeKeys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(await keys(engine, "a/"), byBytes);
    assert.deepEqual([...unicodeKeys].sort(compareKeys), byBytes);
  });
  withEngine("a list has the keys of its prefix, and can be had page by page", async ({ engine }) => {
    const all = Array.from({ length: 25 }, (_, i) => `b/${String(i).padStart(2, "0")}`);
    for (const key of ["a/1", ...all, "b", "b0", "c/1"]) await put(engine, key, 1);
    assert.deepEqual(await keys(engine, "b/"), all);
    const paged: string[] = [];
    for (let after: string | undefined; ; after = paged.at(-1)) {
      const page = await keys(engine, "b/", { limit: 10, ...(after && { after }) });
      paged.push(...page);
      if (page.length < 10) break;
    }
    assert.deepEqual(paged, all);
    assert.deepEqual(await keys(engine, "b/", { after: "b/0" }), all, "after need not be a key");
    assert.deepEqual(await keys(engine, "b/", { after: "a/9", limit: 1 }), ["b/00"], "after may lie before");
    assert.deepEqual(await keys(engine, "b/", { after: "c/" }), [], "after may lie beyond");
    assert.deepEqual(await keys(engine, "b/", { limit: 0 }), []);
  });
  withEngine("a list names the revision that it is of", async ({ engine }) => {
    const revision = await put(engine, "a/1", 1);
    assert.equal((await engine.list("nothing/")).revision, revision);
  });
  withEngine("reads do not show a commit before it is durable", async ({ engine }) => {
    const committing = put(engine, "a/1", 1);
    assert.equal(await engine.get("a/1"), undefined);
    await committing;
    assert.equal((await engine.get("a/1"))?.value, 1);
  });
}

function testWatches(withEngine: Register): void {
  withEngine(
    "a watch gives each batch of its prefix once, in order, before the commit resolves",
    async ({ engine }) => {
      const seen = watchFrom(engine, "a/", await engine.revision());
      const first = await put(engine, "a/1", 1);
      assert.deepEqual(seen.revisions(), [first]);
      await engine.commit({
        compare: [],
        put: [
          { key: "a/2", value: 2 },
          { key: "b/1", value: 0 },
          { key: "a/1", value: 3 },
        ],
        remove: [],
      });
      await put(engine, "b/2", 0);
      await remove(engine, "a/1");
      assert.deepEqual(seen.revisions(), [first, first + 1, first + 3]);
      assert.deepEqual(seen.summary(), ["put a/1 1", "put a/2 2", "put a/1 3 was 1", "remove a/1 was 3"]);
    },
  );
  withEngine("a watch never calls back inside of commit or watch", async ({ engine }) => {
    const revision = await put(engine, "a/0", 0);
    const seen = watchFrom(engine, "a/", revision - 1);
    assert.deepEqual(seen.summary(), []);
    const committing = put(engine, "a/1", 1);
    assert.deepEqual(seen.summary(), []);
    await committing;
    assert.deepEqual(seen.summary(), ["put a/0 0", "put a/1 1"]);
  });
  withEngine("a watch replays what came after its revision", async ({ engine }) => {
    const start = await put(engine, "a/1", 1);
    await put(engine, "a/1", 2);
    await remove(engine, "a/1");
    const seen = watchFrom(engine, "a/", start);
    await put(engine, "a/2", 3);
    assert.deepEqual(seen.summary(), ["put a/1 2 was 1", "remove a/1 was 2", "put a/2 3"]);
  });
  withEngine("a closed watch is silent, though another closes it", async ({ engine }) => {
    const seen = watchFrom(engine, "", await engine.revision());
    await put(engine, "a/1", 1);
    seen.close();
    await put(engine, "a/2", 2);
    assert.deepEqual(seen.summary(), ["put a/1 1"]);
  });
  withEngine("a watcher may commit", async ({ engine }) => {
    const done = Promise.withResolvers<void>();
    engine.watch("a/", {
      afterRevision: await engine.revision(),
      onBatch: () => void put(engine, "b/1", 1).then(() => done.resolve()),
      onCompacted: () => assert.fail("compacted"),
    });
    await put(engine, "a/1", 1);
    await done.promise;
    assert.equal((await engine.get("b/1"))?.value, 1);
  });
  withEngine("a watch from before the compaction ends; current records stay", async ({ engine }) => {
    const start = await put(engine, "a/1", 1);
    await put(engine, "a/1", 2);
    const last = await put(engine, "a/2", 3);
    await engine.compact(last);
    const oldest = await new Promise<number>((resolve) => {
      engine.watch("a/", { afterRevision: start, onBatch: () => assert.fail("compacted"), onCompacted: resolve });
    });
    assert.equal(oldest, last + 1);
    const seen = watchFrom(engine, "a/", last);
    await put(engine, "a/3", 4);
    assert.deepEqual(seen.summary(), ["put a/3 4"]);
    assert.deepEqual(await keys(engine, "a/"), ["a/1", "a/2", "a/3"]);
  });
}

function testLeases(withEngine: Register): void {
  withEngine("a lease that ends takes its records with it in one commit", async ({ engine }, clock) => {
    const lease = await engine.grantLease(10);
    await put(engine, "a/1", 1, lease);
    await put(engine, "a/2", 2, lease);
    const revision = await put(engine, "a/3", 3);
    const seen = watchFrom(engine, "a/", revision);
    await clock.advance(9_999);
    assert.deepEqual(await keys(engine, "a/"), ["a/1", "a/2", "a/3"]);
    await clock.advance(1);
    await engine.commit({ compare: [], put: [], remove: [] });
    assert.deepEqual(await keys(engine, "a/"), ["a/3"]);
    assert.deepEqual(seen.revisions(), [revision + 1]);
    assert.equal(await engine.renewLease(lease), false);
    await assert.rejects(put(engine, "a/1", 1, lease), (error: DriverError) => error.reason === "NotFound");
  });
  withEngine("a renewed lease goes on", async ({ engine }, clock) => {
    const lease = await engine.grantLease(10);
    await put(engine, "a/1", 1, lease);
    for (let i = 0; i < 5; i++) {
      await clock.advance(9_000);
      assert.equal(await engine.renewLease(lease), true);
    }
    assert.equal((await engine.get("a/1"))?.lease, lease);
  });
  withEngine("a revoked lease takes its records with it, staged ones too; twice is harmless", async ({ engine }) => {
    const lease = await engine.grantLease(10);
    const writing = put(engine, "a/1", 1, lease);
    await Promise.all([writing, engine.revokeLease(lease)]);
    await engine.revokeLease(lease);
    assert.equal(await engine.get("a/1"), undefined);
  });
  withEngine("a record belongs to the lease of its last write", async ({ engine }) => {
    const [one, two] = [await engine.grantLease(10), await engine.grantLease(10)];
    await put(engine, "a/1", 1, one);
    await put(engine, "a/1", 2, two);
    await put(engine, "a/2", 1, one);
    await put(engine, "a/2", 2);
    await engine.revokeLease(one);
    assert.deepEqual(await keys(engine, "a/"), ["a/1", "a/2"]);
    await engine.revokeLease(two);
    assert.deepEqual(await keys(engine, "a/"), ["a/2"]);
  });
}

function testReopening(withEngine: Register): void {
  withEngine("everything is there after closing and opening", async (opened) => {
    let { engine } = opened;
    await put(engine, "a/1", { text: "x\u0000y\uD83D\uDE00", list: [1, null, true], nothing: undefined });
    await put(engine, "a/2", 1);
    const start = await put(engine, "a/2", 2);
    await remove(engine, "a/1");
    await put(engine, "a/\u0000", "nul");
    const before = await engine.list("");
    const lease = await engine.grantLease(10);
    engine = (await opened.reopen()).engine;
    assert.deepEqual(await engine.list(""), before);
    const seen = watchFrom(engine, "", start);
    assert.equal(await put(engine, "a/3", 3), before.revision + 1);
    assert.deepEqual(seen.summary().slice(1), ["put a/\u0000 nul", "put a/3 3"], "history is kept");
    assert.equal(await engine.renewLease(lease), true);
    assert.notEqual(await engine.grantLease(10), lease);
  });
  withEngine("a compacted store reopens with its revision, though its last records are gone", async (opened) => {
    let { engine } = opened;
    await put(engine, "a/1", 1);
    const last = await remove(engine, "a/1");
    await engine.compact(last);
    engine = (await opened.reopen()).engine;
    assert.deepEqual(await engine.list(""), { revision: last, entries: [] });
    assert.equal(await put(engine, "a/1", 1), last + 1);
  });
  withEngine("compacting beyond the last revision spares what is committed at the same time", async (opened) => {
    let { engine } = opened;
    await put(engine, "a/1", 1);
    await Promise.all([remove(engine, "a/1"), put(engine, "a/2", 1), engine.compact(1e9)]);
    const before = await engine.list("");
    engine = (await opened.reopen()).engine;
    assert.deepEqual(await engine.list(""), before);
  });
  withEngine("leases start their time anew when the store is opened", async (opened, clock) => {
    let { engine } = opened;
    const lease = await engine.grantLease(10);
    await put(engine, "a/1", 1, lease);
    await clock.advance(8_000);
    engine = (await opened.reopen()).engine;
    await clock.advance(8_000);
    assert.equal((await engine.get("a/1"))?.value, 1);
    await clock.advance(2_000);
    await engine.commit({ compare: [], put: [], remove: [] });
    assert.equal(await engine.get("a/1"), undefined);
  });
  withEngine("a closed engine refuses commits; closing finishes those under way", async ({ engine }) => {
    const under = put(engine, "a/1", 1);
    await engine.close();
    assert.equal(typeof (await under), "number");
    await engine.close();
    await assert.rejects(put(engine, "a/1", 1), (error: DriverError) => error.reason === "Unavailable");
  });
}
