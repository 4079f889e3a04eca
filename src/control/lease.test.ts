import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreEngine } from "#kernel/engine.ts";
import { ConflictError, DriverError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import type { Collection, Entry } from "#kernel/store.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createStore, memoryEngine } from "#store/index.ts";
import { campaign, type LeaderRecord } from "./lease.ts";

const key = "control/leader";

/** A candidate whose way to the engine can be cut. */
function newCandidate(clock: VirtualClock, engine: StoreEngine, holder: string) {
  const events: string[] = [];
  let fence: Entry<LeaderRecord> | undefined;
  let away = false;
  const cut = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> => (away ? Promise.reject(new DriverError("Unavailable", "away")) : call(...args));
  };
  const link: StoreEngine = {
    revision: cut(() => engine.revision()),
    get: cut((wanted) => engine.get(wanted)),
    list: cut((prefix, options) => engine.list(prefix, options)),
    commit: cut((transaction) => engine.commit(transaction)),
    watch: (prefix, options) => engine.watch(prefix, options),
    compact: cut((revision) => engine.compact(revision)),
    grantLease: cut((ttlSeconds) => engine.grantLease(ttlSeconds)),
    renewLease: cut((lease) => engine.renewLease(lease)),
    revokeLease: cut((lease) => engine.revokeLease(lease)),
    close: () => engine.close(),
  };
  const leadership = campaign({
    engine: link,
    clock,
    random: seededRandom(1),
    key,
    holder,
    ttlSeconds: 15,
    onAcquired: (given) => {
      fence = given;
      events.push("acquired");
    },
    onLost: () => events.push("lost"),
  });
  return {
    events,
    leadership,
    fence: () => fence!,
    setAway: (value: boolean) => {
      away = value;
    },
  };
}

test("one leads and renews; the other waits without a timer and follows at once", async () => {
  const [clock, otherClock] = [new VirtualClock(), new VirtualClock()];
  const engine = memoryEngine({ clock });
  const first = newCandidate(clock, engine, "first");
  await clock.advance(0);
  const second = newCandidate(otherClock, engine, "second");
  await clock.advance(600_000);
  assert.deepEqual([first.events, second.events], [["acquired"], []]);
  assert.equal(otherClock.nextAt(), undefined);
  assert.deepEqual((await engine.get(key))?.value, { holder: "first" });
  await first.leadership.stop();
  await clock.advance(0);
  assert.deepEqual([first.events, second.events], [["acquired"], ["acquired"]]);
});

test("a leader that cannot renew stops before another can lead, and asks again", async () => {
  const clock = new VirtualClock();
  const engine = memoryEngine({ clock });
  const [first, second] = [newCandidate(clock, engine, "first"), newCandidate(clock, engine, "second")];
  await clock.advance(1000);
  first.setAway(true);
  let overlap = false;
  for (let i = 0; i < 40; i++) {
    await clock.advance(1000);
    overlap ||= first.events.at(-1) === "acquired" && second.events.at(-1) === "acquired";
  }
  assert.equal(overlap, false);
  assert.deepEqual([first.events, second.events], [["acquired", "lost"], ["acquired"]]);
  first.setAway(false);
  await clock.advance(120_000);
  await second.leadership.stop();
  await clock.advance(1000);
  assert.deepEqual(first.events, ["acquired", "lost", "acquired"]);
});

test("a short absence loses nothing", async () => {
  const clock = new VirtualClock();
  const first = newCandidate(clock, memoryEngine({ clock }), "first");
  await clock.advance(1000);
  first.setAway(true);
  await clock.advance(9000);
  first.setAway(false);
  await clock.advance(600_000);
  assert.deepEqual(first.events, ["acquired"]);
});

test("a leader whose lease was ended by others stops with its next renewal, and asks again", async () => {
  const clock = new VirtualClock();
  const engine = memoryEngine({ clock });
  const first = newCandidate(clock, engine, "first");
  await clock.advance(1000);
  await engine.revokeLease((await engine.get(key))!.lease!);
  await clock.advance(5000);
  assert.deepEqual(first.events, ["acquired", "lost", "acquired"]);
});

test("a leader of the past cannot write with its fence", async () => {
  const clock = new VirtualClock();
  const engine = memoryEngine({ clock });
  const notes: Collection<string> = { name: "toy/note" };
  const store = await createStore({ engine, collections: [notes], clock });
  const first = newCandidate(clock, engine, "first");
  await clock.advance(0);
  const note = (value: string) => ({ unchanged: [first.fence()], put: [{ key: "toy/note/1", value }] });
  await store.commit(note("as the leader"));
  await first.leadership.stop();
  await assert.rejects(store.commit(note("late")), ConflictError);
});
