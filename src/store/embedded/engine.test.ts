import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import { drainMicrotasks, VirtualClock } from "#kernel/virtual-clock.ts";
import { memoryEngine } from "./index.ts";
import type { Journal } from "./journal.ts";
import { MemoryJournal } from "./memory-journal.ts";

/** An engine on a disk that syncs when the test says so. `written`: the keys of each group, in the order of writes. */
function newEngine(maintain: Journal["maintain"] = () => undefined) {
  const disk = new MemoryJournal();
  const written: string[][] = [];
  const syncs: PromiseWithResolvers<void>[] = [];
  const journal: Journal = {
    load: () => disk.load(),
    write(group) {
      disk.write(group);
      written.push(group.rows.map(({ key }) => key));
    },
    sync() {
      const sync = Promise.withResolvers<void>();
      syncs.push(sync);
      return sync.promise;
    },
    maintain,
    close: () => disk.close(),
  };
  const engine = memoryEngine({ clock: new VirtualClock(), journal });
  const settled: string[] = [];
  const put = (key: string, modRevision?: number) => {
    const compare = modRevision === undefined ? [] : [{ key, modRevision }];
    const commit = engine.commit({ compare, put: [{ key, value: 1 }], remove: [] });
    commit.then(
      ({ ok }) => settled.push(`${key} ${ok}`),
      (error) => settled.push(`${key} ${error.reason}`),
    );
    return commit;
  };
  return { engine, written, syncs, settled, put };
}

test("what is on its way to the disk shows to nobody; later commits share the next write", async () => {
  const { engine, written, syncs, settled, put } = newEngine();
  const told: number[] = [];
  engine.watch("", { afterRevision: 0, onBatch: ({ revision }) => told.push(revision), onCompacted() {} });
  void put("a");
  await drainMicrotasks();
  void put("b");
  await drainMicrotasks();
  void put("c");
  await drainMicrotasks();
  assert.deepEqual([settled, told, await engine.get("a"), await engine.revision()], [[], [], undefined, 0]);
  syncs[0]!.resolve();
  await drainMicrotasks();
  assert.deepEqual([settled, told, await engine.revision()], [["a true"], [1], 1]);
  syncs[1]!.resolve();
  await drainMicrotasks();
  assert.deepEqual(
    [settled, told],
    [
      ["a true", "b true", "c true"],
      [1, 2, 3],
    ],
  );
  assert.deepEqual(written, [["a"], ["b", "c"]]);
});

test("a commit builds on what is on its way, and a conflict with it is told once it shows", async () => {
  const { engine, syncs, settled, put } = newEngine();
  void put("a", 0);
  await drainMicrotasks();
  void put("a", 0);
  void put("a", 1);
  await drainMicrotasks();
  assert.deepEqual(settled, []);
  syncs[0]!.resolve();
  await drainMicrotasks();
  assert.deepEqual([settled, (await engine.get("a"))?.version], [["a true", "a false"], 1]);
  syncs[1]!.resolve();
  await drainMicrotasks();
  assert.deepEqual([settled[2], (await engine.get("a"))?.version], ["a true", 2]);
});

test("what the journal does after a group holds up the next one only; a failure there ends the store", async () => {
  for (const error of [undefined, new DriverError("Failed", "EIO")]) {
    const work = [Promise.withResolvers<void>()];
    const { engine, written, syncs, settled, put } = newEngine(() => work.pop()?.promise);
    const maintenance = work[0]!;
    void put("a");
    await drainMicrotasks();
    syncs[0]!.resolve();
    await drainMicrotasks();
    void put("b");
    await drainMicrotasks();
    assert.deepEqual([settled, written, await engine.revision()], [["a true"], [["a"]], 1]);
    if (error === undefined) maintenance.resolve();
    else maintenance.reject(error);
    await drainMicrotasks();
    assert.deepEqual(written, error === undefined ? [["a"], ["b"]] : [["a"]]);
    syncs[1]?.resolve();
    await drainMicrotasks();
    assert.deepEqual(settled, ["a true", error === undefined ? "b true" : "b Failed"]);
  }
});

test("closing waits for the disk", async () => {
  const { engine, syncs, settled, put } = newEngine();
  void put("a");
  await drainMicrotasks();
  void put("b");
  const closing = engine.close().then(() => settled.push("closed"));
  for (let i = 0; i < 2; i++) {
    await drainMicrotasks();
    syncs[i]!.resolve();
  }
  await closing;
  assert.deepEqual(settled, ["a true", "b true", "closed"]);
});

test("a sync that fails ends the store: nothing is written behind it", async () => {
  for (const error of [new DriverError("Failed", "EIO"), new DriverError("NoSpace", "quota")]) {
    const { engine, written, syncs, settled, put } = newEngine();
    void put("a");
    await drainMicrotasks();
    void put("b");
    syncs[0]!.reject(error);
    await drainMicrotasks();
    assert.deepEqual(settled, [`a ${error.reason}`, `b ${error.reason}`]);
    await assert.rejects(put("c"), /takes no more commits/);
    assert.deepEqual([written, await engine.list("")], [[["a"]], { revision: 0, entries: [] }]);
  }
});

test("a lease that was to end while the disk was full ends once there is room, revoked or not", async () => {
  for (const isRevoked of [true, false]) {
    const clock = new VirtualClock();
    const journal = new (class extends MemoryJournal {
      isFull = false;
      override write(group: Parameters<Journal["write"]>[0]): void {
        if (this.isFull) throw new DriverError("NoSpace", "The disk is full.", { retryable: true });
        super.write(group);
      }
    })();
    const engine = memoryEngine({ clock, journal });
    const lease = await engine.grantLease(30);
    await engine.commit({ compare: [], put: [{ key: "a", value: 1, lease }], remove: [] });
    journal.isFull = true;
    if (isRevoked) await assert.rejects(engine.revokeLease(lease), { reason: "NoSpace" });
    else await clock.advance(30_000);
    assert.notEqual(await engine.get("a"), undefined);
    journal.isFull = false;
    await clock.advance(1_000);
    assert.equal(await engine.get("a"), undefined);
  }
});
