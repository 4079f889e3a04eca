import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryFiles } from "#kernel/memory-files.ts";
import { type Batch, LogStorage, type PageQuery } from "./storage.ts";

const streamA = "aaaaaaaaaaaaaaaa";
const streamB = "bbbbbbbbbbbbbbbb";

function batch(streamId: string, timestamps: readonly number[], options: Partial<Batch> = {}): Batch {
  const events = timestamps.map((timestamp) => ({ timestamp, message: `${streamId.slice(0, 1)}${timestamp}` }));
  return { streamId, ingestionTime: 1000, source: undefined, events, ...options };
}

const everything: PageQuery = {
  streams: { has: () => true },
  startTime: 0,
  endTime: Number.MAX_SAFE_INTEGER,
  direction: "forward",
  limit: 10_000,
  maxBytes: 2 ** 20,
  maxScannedBytes: 2 ** 30,
};

async function messages(storage: LogStorage, query: Partial<PageQuery> = {}): Promise<string[]> {
  return (await storage.read("g", { ...everything, ...query })).events.map((event) => event.message);
}

async function allPages(storage: LogStorage, query: Partial<PageQuery>): Promise<string[]> {
  const seen: string[] = [];
  let after: PageQuery["after"];
  for (let pages = 0; pages < 10_000; pages++) {
    const page = await storage.read("g", { ...everything, ...query, after });
    seen.push(...page.events.map((event) => event.message));
    if (page.next === undefined) return seen;
    after = page.next;
  }
  throw new Error("the pages do not end");
}

describe("log storage", () => {
  test("gives events by timestamp, equal ones in the order of storage, across streams", async () => {
    const storage = new LogStorage({ files: memoryFiles() });
    await storage.append("g", batch(streamA, [10, 20, 20, 30]));
    await storage.append("g", batch(streamB, [5, 20, 25]));
    assert.deepEqual(await messages(storage), ["b5", "a10", "a20", "a20", "b20", "b25", "a30"]);
    assert.deepEqual(await messages(storage, { direction: "backward", limit: 3 }), ["a30", "b25", "b20"]);
    assert.deepEqual(await messages(storage, { streams: new Set([streamB]), startTime: 20 }), ["b20", "b25"]);
    assert.deepEqual(await messages(storage, { endTime: 20 }), ["b5", "a10"]);
    assert.deepEqual(await messages(storage, { matches: (text) => text.endsWith("5") }), ["b5", "b25"]);
  });

  test("a pattern that is looked for in much lets others have their turn, within a record too", async () => {
    const storage = new LogStorage({ files: memoryFiles() });
    const message = "x".repeat(16 * 1024);
    const events = Array.from({ length: 40 }, (_, timestamp) => ({ timestamp, message }));
    await storage.append("g", { ...batch(streamA, []), events });
    let looked = 0;
    let lookedAtOnce = 0;
    const count = () => {
      looked = 0;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    const matches = () => {
      lookedAtOnce = Math.max(lookedAtOnce, ++looked);
      return false;
    };
    assert.deepEqual(await messages(storage, { matches }), []);
    clearImmediate(timer);
    assert.ok(lookedAtOnce < 10, `${lookedAtOnce} in a turn`);
  });

  test("pages hold every event once, in both directions, from open and sealed segments alike", async () => {
    const files = memoryFiles();
    const storage = new LogStorage({ files, segmentBytes: 20_000 });
    const expected: { key: string; at: number }[] = [];
    for (let i = 0; i < 400; i++) {
      const stream = i % 3 === 0 ? streamA : streamB;
      // Neighbouring batches overlap in time, and every fortieth comes late.
      const base = i % 40 === 39 ? i * 3 : i * 10;
      const stamps = [base, base + 7, base + 13];
      await storage.append("g", batch(stream, stamps, { ingestionTime: i }));
      for (const at of stamps) expected.push({ key: `${stream.slice(0, 1)}${at}`, at });
    }
    await storage.settled();
    assert.ok(
      (await files.list("g")).some((name) => name.endsWith(".sealed")),
      "some segments are sealed",
    );
    const inOrder = expected.toSorted((a, b) => a.at - b.at).map(({ key }) => key);
    for (const query of [{ limit: 7 }, { maxBytes: 300 }, { limit: 50, maxScannedBytes: 1 }, {}]) {
      assert.deepEqual(await allPages(storage, query), inOrder, JSON.stringify(query));
      const backward = await allPages(storage, { ...query, direction: "backward" });
      assert.deepEqual(backward.toSorted(), inOrder.toSorted(), `backward ${JSON.stringify(query)}`);
    }
    const ofA = inOrder.filter((key) => key.startsWith("a"));
    assert.deepEqual(await allPages(storage, { streams: new Set([streamA]), limit: 11 }), ofA);
    await storage.close();
    assert.equal(files.openFiles(), 0);

    const again = new LogStorage({ files });
    assert.deepEqual(await allPages(again, { limit: 100 }), inOrder, "after a restart");
  });

  test("a power cut loses nothing that was acknowledged and shows nothing half-written", async () => {
    for (const keepBytes of [0, 1, 7, 60, 90]) {
      const files = memoryFiles();
      const storage = new LogStorage({ files });
      await storage.append("g", batch(streamA, [1, 2]));
      await storage.append("g", batch(streamA, [3]));
      const unacknowledged = storage.append("g", batch(streamA, [4, 5, 6]));
      await Promise.resolve();
      const after = new LogStorage({ files: files.afterPowerCut(keepBytes) });
      const seen = await messages(after);
      assert.deepEqual(seen.slice(0, 3), ["a1", "a2", "a3"]);
      assert.ok(seen.length === 3 || seen.length === 6, "all of the last batch or nothing");
      await after.append("g", batch(streamA, [9]));
      assert.equal((await messages(after)).at(-1), "a9", "appends after the cut end");
      await unacknowledged;
    }
  });

  test("a torn end of every length is cut, and what was before it stays", async () => {
    const files = memoryFiles();
    const storage = new LogStorage({ files });
    await storage.append("g", batch(streamA, [1]));
    const whole = await storage.storedBytes("g");
    await storage.append("g", batch(streamA, [2, 3]));
    await storage.close();
    const [name] = await files.list("g");
    const size = await (await files.open("g", name!, "read")).size();
    for (let length = size - 1; length >= whole; length--) {
      const cut = await files.open("g", name!, "write");
      await cut.truncate(length);
      await cut.close();
      const again = new LogStorage({ files });
      assert.deepEqual(await messages(again), ["a1"], `${length} bytes left`);
      assert.equal(await again.storedBytes("g"), whole);
    }
  });

  test("a full disk refuses the batch as a whole and everything works again when there is space", async () => {
    const files = memoryFiles();
    const storage = new LogStorage({ files });
    await storage.append("g", batch(streamA, [1]));
    for (const spaceLeft of [0, 10, 100]) {
      files.spaceLeft = spaceLeft;
      const source = { sourceId: "c", position: { timeNanos: "5", count: 1 } };
      const full = batch(streamA, [2, 3, 4], { source });
      await assert.rejects(Promise.all([storage.append("g", full), storage.append("g", full)]), { reason: "NoSpace" });
      assert.deepEqual(await messages(storage), ["a1"]);
      assert.equal(await storage.position("g", streamA, "c"), undefined);
    }
    files.spaceLeft = Number.POSITIVE_INFINITY;
    await storage.append("g", batch(streamA, [5]));
    assert.deepEqual(await messages(storage), ["a1", "a5"]);
    assert.deepEqual(await messages(new LogStorage({ files })), ["a1", "a5"]);
  });

  test("nothing of refused batches comes back when shorter ones are written over them", async () => {
    const files = memoryFiles();
    const storage = new LogStorage({ files });
    files.spaceLeft = 16 + 2 * 90;
    // The first two reach the file as a whole, the third does not fit: all are refused.
    const refused = [11, 12, 13].map((at) => storage.append("g", batch(streamA, [at, at])));
    for (const each of await Promise.allSettled(refused)) assert.equal(each.status, "rejected");
    files.spaceLeft = Number.POSITIVE_INFINITY;
    await storage.append("g", batch(streamA, [21, 21]));
    assert.deepEqual(await messages(new LogStorage({ files })), ["a21", "a21"]);
  });

  test("nothing behind a damaged record comes back when the damaged one is written over", async () => {
    const files = memoryFiles();
    const storage = new LogStorage({ files });
    for (const at of [11, 12, 13]) await storage.append("g", batch(streamA, [at]));
    await storage.close();
    const [name] = await files.list("g");
    const file = await files.open("g", name!, "write");
    const recordBytes = ((await file.size()) - 16) / 3;
    await file.write([Buffer.from("x")], 16 + recordBytes + 20);
    const again = new LogStorage({ files });
    await again.append("g", batch(streamA, [22]));
    assert.deepEqual(await messages(new LogStorage({ files })), ["a11", "a22"]);
  });

  test("events of one timestamp come in the order of storage, across segments and pages", async () => {
    const storage = new LogStorage({ files: memoryFiles(), segmentBytes: 300 });
    const expected: string[] = [];
    for (let i = 0; i < 60; i++) {
      const events = [{ timestamp: 7, message: String(i) }];
      expected.push(String(i));
      await storage.append("g", { ...batch(i % 2 === 0 ? streamA : streamB, []), events });
    }
    await storage.settled();
    for (const limit of [1, 7, 100]) {
      assert.deepEqual(await allPages(storage, { limit }), expected);
      assert.deepEqual(await allPages(storage, { limit, direction: "backward" }), expected.toReversed());
      assert.deepEqual(await allPages(storage, { limit, maxScannedBytes: 1 }), expected);
    }
  });

  test("a batch sent again is passed over, also while the first is on its way and after a restart", async () => {
    const files = memoryFiles();
    const storage = new LogStorage({ files });
    const at = (timeNanos: string, count: number) => ({ sourceId: "c", position: { timeNanos, count } });
    const first = batch(streamA, [1], { source: at("100", 1) });
    await Promise.all([storage.append("g", first), storage.append("g", first)]);
    await storage.append("g", batch(streamA, [2], { source: at("100", 2) }));
    await storage.append("g", batch(streamA, [3], { source: at("99", 7) }));
    await storage.append("g", batch(streamA, [4], { source: { ...at("1", 1), sourceId: "other" } }));
    assert.deepEqual(await messages(storage), ["a1", "a2", "a4"]);
    const again = new LogStorage({ files });
    await again.append("g", batch(streamA, [2], { source: at("100", 2) }));
    await again.append("g", batch(streamA, [5], { source: at("1000", 1) }));
    assert.deepEqual(await messages(again), ["a1", "a2", "a4", "a5"]);
    assert.deepEqual(await again.position("g", streamA, "c"), { timeNanos: "1000", count: 1 });
  });

  test("followers hear every batch once, after it is durable", async () => {
    const storage = new LogStorage({ files: memoryFiles() });
    const heard: string[] = [];
    const stop = await storage.follow("g", (each) => heard.push(...each.events.map((event) => event.message)));
    await Promise.all([storage.append("g", batch(streamA, [1, 2])), storage.append("g", batch(streamB, [3]))]);
    stop();
    await storage.append("g", batch(streamA, [4]));
    assert.deepEqual(heard, ["a1", "a2", "b3"]);
  });
});

describe("deleting", () => {
  test("retention deletes whole segments and keeps positions and statistics", async () => {
    const files = memoryFiles();
    const storage = new LogStorage({ files, segmentAgeMs: 10 });
    const source = { sourceId: "c", position: { timeNanos: "7", count: 1 } };
    await storage.append("g", batch(streamA, [100], { ingestionTime: 100, source }));
    await storage.append("g", batch(streamA, [200], { ingestionTime: 200 }));
    await storage.settled();
    assert.equal(await storage.expire("g", 150), 200, "the next segment ends at 200");
    assert.deepEqual(await messages(storage), ["a200"]);
    assert.equal(await storage.expire("g", 500), undefined, "also the one that is written to");
    await storage.append("g", batch(streamA, [600], { ingestionTime: 600 }));
    for (const each of [storage, new LogStorage({ files })]) {
      assert.deepEqual(await messages(each), ["a600"]);
      assert.deepEqual(await each.position("g", streamA, "c"), source.position);
      const [statistics] = await each.statistics("g", [streamA]);
      assert.equal(statistics?.firstEventTimestamp, 100);
      assert.equal(statistics?.lastIngestionTime, 600);
    }
    assert.deepEqual((await files.list("g")).toSorted(), ["0000000003.log", "carried.json"]);
  });

  test("a segment goes when none of its streams is left", async () => {
    const files = memoryFiles();
    const storage = new LogStorage({ files, segmentAgeMs: 10 });
    await storage.append("g", batch(streamA, [1], { ingestionTime: 0 }));
    await storage.append("g", batch(streamB, [2], { ingestionTime: 0 }));
    await storage.append("g", batch(streamA, [3], { ingestionTime: 100 }));
    await storage.settled();
    await storage.retainStreams("g", (id) => id === streamB);
    assert.deepEqual(await messages(storage), ["a1", "b2"], "a segment shared with a live stream stays");
    assert.deepEqual(await storage.statistics("g", [streamA]), [undefined]);
    await new LogStorage({ files }).retainStreams("g", () => false);
    assert.deepEqual(await files.list("g"), ["carried.json"]);
  });

  test("a removed group takes its folder with it, and late batches do not bring it back", async () => {
    const files = memoryFiles();
    const storage = new LogStorage({ files });
    await storage.append("g", batch(streamA, [1]));
    const late = storage.append("g", batch(streamA, [2]));
    await storage.removeGroup("g");
    await late.catch((error: { reason: string }) => assert.equal(error.reason, "NotFound"));
    await assert.rejects(storage.append("g", batch(streamA, [3])), { reason: "NotFound" });
    assert.deepEqual(await files.folders(), []);
    assert.deepEqual(await messages(storage), []);
  });

  test("thousands of groups keep few files open", async () => {
    const files = memoryFiles();
    const storage = new LogStorage({ files, maxIdleFiles: 8 });
    const appends = Array.from({ length: 1000 }, (_, i) => storage.append(`g${i}`, batch(streamA, [i])));
    await Promise.all(appends);
    assert.ok(files.openFiles() <= 9, `${files.openFiles()} files are open`);
    await storage.append("g5", batch(streamA, [7]));
    assert.equal((await storage.read("g5", everything)).events.length, 2);
  });
});
