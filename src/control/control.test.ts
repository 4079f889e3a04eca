import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "#kernel/clock.ts";
import { type Controller, type ControllerContext, type Reconciled, silentLog, watch } from "#kernel/controller.ts";
import { ConflictError, DriverError, InvariantError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import { type Collection, keyOf } from "#kernel/store.ts";
import { drainMicrotasks, VirtualClock } from "#kernel/virtual-clock.ts";
import { createStore, memoryEngine } from "#store/index.ts";
import { startControl } from "./control.ts";

interface Thing {
  readonly owner: string;
}

const things: Collection<Thing> = { name: "toy/thing" };
const others: Collection<string> = {
  name: "toy/other",
  machines: [
    {
      state: (value) => value,
      initial: ["made"],
      transitions: { "toy.controller": [["made", "seen"]] },
      removable: true,
    },
  ],
};
const thing = (id: string) => keyOf(things, id);

type Reconcile = (key: string, ctx: ControllerContext) => Promise<Reconciled>;

/** A control plane with one controller, whose keys are the owners of things. Returns what it did, too. */
async function newControl(
  reconcile: Reconcile,
  options: {
    things?: Record<string, string>;
    concurrency?: number;
    startsTasks?: boolean;
    wakes?: Controller["wakes"];
    clock?: VirtualClock;
    /** What the controllers are given as the clock. */
    machine?: Clock;
  } = {},
) {
  const { clock = new VirtualClock() } = options;
  const engine = memoryEngine({ clock });
  const store = await createStore({ engine, collections: [things, others], clock });
  const put = (id: string, owner: string) => store.commit({ put: [{ key: thing(id), value: { owner } }] });
  for (const [id, owner] of Object.entries(options.things ?? {})) await put(id, owner);
  const [seen, bugs]: [string[], unknown[]] = [[], []];
  const controller: Controller = {
    name: "toy.controller",
    startsTasks: options.startsTasks ?? false,
    watches: [watch(things, (entry) => [entry.value.owner])],
    ...(options.wakes && { wakes: options.wakes }),
    reconcile(key, ctx) {
      seen.push(key);
      return reconcile(key, ctx);
    },
  };
  const control = startControl({
    store,
    controllers: [controller],
    clock: options.machine ?? clock,
    random: seededRandom(1),
    log: silentLog,
    onBug: (...told) => bugs.push(told),
    ...(options.concurrency && { concurrency: options.concurrency }),
  });
  const metrics = () => control.metrics()["toy.controller"]!;
  return { clock, store, put, control, seen, bugs, metrics };
}

const nothing = async () => {};

test("what is no record wakes a controller too, until it is stopped", async () => {
  let wake: ((key: string, withinMs: number) => void) | undefined;
  const wakes: Controller["wakes"] = (due, store) => {
    wake = (key, withinMs) => store.view(things).size === 1 && due(key, withinMs);
    return () => {
      wake = undefined;
    };
  };
  const { clock, seen, control } = await newControl(nothing, { things: { a: "ann" }, wakes });
  await drainMicrotasks();
  assert.deepEqual(seen.splice(0), ["ann"]);
  wake!("bob", 100);
  await clock.advance(99);
  assert.deepEqual(seen, []);
  await clock.advance(1);
  assert.deepEqual(seen, ["bob"]);
  wake!("bob", 100);
  await control.stop();
  assert.deepEqual([wake, clock.nextAt()], [undefined, undefined]);
});

test("all keys are looked at once at the start, then those of changes, and no timer runs", async () => {
  const { clock, store, put, seen, control } = await newControl(nothing, { things: { a: "ann", b: "bob", c: "ann" } });
  await clock.advance(0);
  assert.deepEqual(seen.splice(0), ["ann", "bob"]);
  await put("d", "dan");
  await store.commit({ put: [{ key: keyOf(others, "1"), value: "made" }] });
  await clock.advance(0);
  assert.deepEqual(seen.splice(0), ["dan"]);
  await put("d", "eve");
  await clock.advance(0);
  assert.deepEqual(seen.splice(0), ["dan", "eve"], "the keys before and after a change");
  await store.commit({ remove: [thing("d")] });
  await clock.advance(0);
  assert.deepEqual(seen.splice(0), ["eve"]);
  assert.equal(clock.nextAt(), undefined);
  assert.equal(control.isIdle(), true);
});

test("a key is worked on by one at a time, and again when it changed meanwhile", async () => {
  const steps: PromiseWithResolvers<void>[] = [];
  const { put, seen, metrics } = await newControl(async () => {
    const step = Promise.withResolvers<void>();
    steps.push(step);
    await step.promise;
  });
  await put("a", "ann");
  await drainMicrotasks();
  for (let i = 0; i < 3; i++) await put("a", "ann");
  await put("b", "bob");
  await drainMicrotasks();
  assert.deepEqual(seen, ["ann", "bob"]);
  assert.deepEqual([metrics().active, metrics().queued], [2, 1]);
  steps[0]!.resolve();
  await drainMicrotasks();
  assert.deepEqual(seen, ["ann", "bob", "ann"]);
});

test("no more keys are worked on at once than allowed", async () => {
  const step = Promise.withResolvers<void>();
  const owners = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`t${i}`, `o${i}`]));
  const { clock, seen, metrics } = await newControl(() => step.promise, { things: owners, concurrency: 3 });
  await drainMicrotasks();
  assert.deepEqual([seen.length, metrics().active, metrics().queued], [3, 3, 17]);
  step.resolve();
  await clock.advance(0);
  assert.deepEqual([seen.length, metrics().active, metrics().queued], [20, 0, 0]);
});

test("lookAgainAt comes when nothing changes; a change comes first and replaces it", async () => {
  const { clock, put, seen } = await newControl(async (_key, ctx) => ({ lookAgainAt: ctx.clock.now() + 10_000 }));
  await put("a", "ann");
  await clock.advance(4000);
  await put("a", "ann");
  await clock.advance(9999);
  assert.equal(seen.length, 2);
  await clock.advance(1);
  assert.equal(seen.length, 3);
});

test("what waits for a time is looked at when the clock has leapt, as after a suspend", async () => {
  const clock = new VirtualClock();
  const watching = new Set<() => void>();
  let aheadMs = 0;
  const machine: Clock = {
    now: () => clock.now() + aheadMs,
    after: (delayMs, callback) => clock.after(delayMs, callback),
    soon: (callback) => clock.soon(callback),
    onLeap(callback) {
      watching.add(callback);
      return { cancel: () => void watching.delete(callback) };
    },
  };
  const inAnHour = async (_key: string, ctx: ControllerContext) => ({ lookAgainAt: ctx.clock.now() + 3_600_000 });
  const { seen, control } = await newControl(inAnHour, { things: { a: "ann" }, clock, machine });
  await clock.advance(0);
  aheadMs = 3_600_000;
  for (const leap of watching) leap();
  await clock.advance(0);
  assert.deepEqual(seen, ["ann", "ann"]);
  await control.stop();
  assert.equal(watching.size, 0);
});

test("a conflict is tried again at once, other errors with growing delays", async () => {
  const errors = [
    new ConflictError("x"),
    new DriverError("Unavailable", "away"),
    new DriverError("Unavailable", "away"),
  ];
  const times: number[] = [];
  const { clock, put, bugs, metrics } = await newControl(async (_key, ctx) => {
    times.push(ctx.clock.now());
    const error = errors.shift();
    if (error) throw error;
  });
  await put("a", "ann");
  await clock.advance(60_000);
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  assert.equal(gaps.length, 3);
  assert.ok(gaps[0]! <= 2, `${gaps[0]} ms after a conflict`);
  assert.ok(gaps[1]! >= 250 && gaps[1]! <= 1000 && gaps[2]! >= 500 && gaps[2]! <= 2000, String(gaps));
  assert.deepEqual([metrics().conflicts, metrics().errors, metrics().reconciles, metrics().delayed], [1, 2, 4, 0]);
  assert.deepEqual(bugs, []);
});

test("a success ends the growth of delays", async () => {
  let fail = true;
  const times: number[] = [];
  const { clock, put } = await newControl(async (_key, ctx) => {
    times.push(ctx.clock.now());
    if (fail) throw new DriverError("Unavailable", "away");
  });
  await put("a", "ann");
  await clock.advance(30_000);
  fail = false;
  await clock.advance(120_000);
  fail = true;
  times.length = 0;
  await put("a", "ann");
  await clock.advance(600);
  assert.equal(times.length, 2);
});

test("a bug is told with its controller, and the key is tried again like others", async () => {
  for (const bug of [new InvariantError("cannot be"), new TypeError("x is not a function")]) {
    let failing = true;
    const { clock, put, bugs, seen } = await newControl(async () => {
      if (failing) throw bug;
    });
    await put("a", "ann");
    await drainMicrotasks();
    assert.deepEqual(bugs, [[bug, "toy.controller"]]);
    failing = false;
    await clock.advance(1000);
    assert.equal(seen.length, 2);
  }
});

test("a controller commits under its own name, many keys at once", async () => {
  const { clock, store, put, bugs } = await newControl(async (key, ctx) => {
    const record = await ctx.store.get(keyOf(others, key));
    if (record.value !== "made") return;
    await ctx.store.commit({ unchanged: [record], put: [{ key: record.key, value: "seen" }] });
  });
  const names = Array.from({ length: 1000 }, (_, i) => `o${i}`);
  await store.commit({ put: names.map((name) => ({ key: keyOf(others, name), value: "made" })) });
  await Promise.all(names.map((name) => put(name, name)));
  await clock.advance(1000);
  assert.deepEqual(bugs, []);
  assert.ok([...store.view(others).all()].every((entry) => entry.value === "seen"));
});

test("a long backlog lets I/O have its turn after every few keys", async () => {
  const owners = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`t${i}`, `o${i}`]));
  const { clock, seen, metrics } = await newControl(nothing, { things: owners });
  await drainMicrotasks();
  assert.ok(seen.length < 10, `${seen.length} without a pause`);
  await clock.advance(0);
  assert.deepEqual([seen.length, metrics().queued], [600, 0]);
});

test("stop ends timers, waits for what runs and starts nothing more", async () => {
  const step = Promise.withResolvers<void>();
  const { clock, put, control, seen } = await newControl(async (key, ctx) => {
    if (key === "ann") await step.promise;
    return { lookAgainAt: ctx.clock.now() + 1000 };
  });
  await put("a", "ann");
  await put("b", "bob");
  await drainMicrotasks();
  let stopped = false;
  const stopping = control.stop().then(() => {
    stopped = true;
  });
  await put("a", "ann");
  await put("c", "cid");
  await drainMicrotasks();
  assert.equal(stopped, false);
  step.resolve();
  await stopping;
  await clock.advance(10_000);
  assert.deepEqual(seen, ["ann", "bob"]);
  assert.equal(clock.nextAt(), undefined);
});

test("a stop while starts are about to be held keeps neither waiting", async () => {
  const step = Promise.withResolvers<void>();
  const { put, control } = await newControl(() => step.promise, { startsTasks: true });
  await put("a", "ann");
  await drainMicrotasks();
  const both = Promise.all([control.holdStarts(), control.stop()]);
  let ended = false;
  void both.then(() => {
    ended = true;
  });
  step.resolve();
  await drainMicrotasks();
  assert.ok(ended);
});

test("what starts tasks rests while starts are held, and then does what became due; others go on", async () => {
  for (const startsTasks of [true, false]) {
    const step = Promise.withResolvers<void>();
    const { put, seen, control } = await newControl(() => step.promise, { startsTasks });
    await put("a", "ann");
    await drainMicrotasks();
    let held: (() => void) | undefined;
    void control.holdStarts().then((release) => {
      held = release;
    });
    await put("b", "bob");
    await drainMicrotasks();
    assert.equal(held === undefined, startsTasks, "what runs is awaited");
    step.resolve();
    await drainMicrotasks();
    assert.deepEqual(seen, startsTasks ? ["ann"] : ["ann", "bob"]);
    held!();
    await drainMicrotasks();
    assert.deepEqual(seen, ["ann", "bob"]);
    await control.stop();
  }
});
