import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { balanceZones } from "./rebalancing.ts";
import { chooseToStop, type ServiceTask, type StoppingOptions } from "./stopping.ts";
import { readStrategies } from "./strategy.ts";

function task(id: string, more: Partial<ServiceTask> = {}): ServiceTask {
  return {
    id,
    zone: "a",
    cpu: 256,
    memoryMiB: 512,
    condition: "healthy",
    isProtected: false,
    isOutdated: false,
    createdAt: 0,
    ...more,
  };
}

function options(more: Partial<StoppingOptions> = {}): StoppingOptions {
  return { strategies: [], random: seededRandom(1), ...more };
}

function stopped(tasks: readonly ServiceTask[], count: number, more: Partial<StoppingOptions> = {}): string {
  return chooseToStop(tasks, count, options(more))
    .map(({ id }) => id)
    .join(" ");
}

describe("which tasks of a service are stopped first", () => {
  test("by condition, the outdated first; protected ones last, in the same order", () => {
    const tasks = [
      task("protected", { isProtected: true }),
      task("protected-pending", { isProtected: true, condition: "pending" }),
      task("healthy"),
      task("outdated", { isOutdated: true }),
      task("settling", { condition: "settling" }),
      task("unhealthy", { condition: "unhealthy" }),
      task("unhealthy-outdated", { condition: "unhealthy", isOutdated: true }),
      task("pending", { condition: "pending" }),
    ];
    assert.equal(
      stopped(tasks, 9),
      "pending unhealthy-outdated unhealthy settling outdated healthy protected-pending protected",
    );
    assert.equal(stopped(tasks, 2), "pending unhealthy-outdated");
    assert.equal(stopped(tasks, 0), "");
  });

  test("by default where most tasks are: the zone first, then the instance; the youngest of equal ones", () => {
    const tasks = [
      task("a1", { zone: "a", instanceId: "i-1", createdAt: 1 }),
      task("a2", { zone: "a", instanceId: "i-2", createdAt: 2 }),
      task("a3", { zone: "a", instanceId: "i-2", createdAt: 3 }),
      task("b1", { zone: "b", instanceId: "i-3", createdAt: 9 }),
    ];
    // i-2 has two tasks of zone a's three; then a has two, b one.
    assert.equal(stopped(tasks, 2), "a3 a2");
  });

  test("tasks that are not up for it count for the balance", () => {
    const tasks = [
      task("a1", { zone: "a" }),
      task("a2", { zone: "a", isProtected: true }),
      task("a3", { zone: "a", isProtected: true }),
      task("b1", { zone: "b", createdAt: 1 }),
      task("b2", { zone: "b" }),
    ];
    assert.equal(stopped(tasks, 3), "a1 b1 b2");
  });

  test("keeps zones and instances within one of each other", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { float } = seededRandom(seed);
      const tasks = Array.from({ length: 12 + seed * 5 }, (_, i) => {
        const zone = ["a", "b", "c"][i % 3]!;
        return task(`t${i}`, {
          zone,
          instanceId: `${zone}${Math.floor(i / 3) % 4}`,
          createdAt: Math.floor(float() * 9),
        });
      });
      const gone = new Set(chooseToStop(tasks, 1 + Math.floor(float() * 12), options()));
      const left = tasks.filter((each) => !gone.has(each));
      const zones = ["a", "b", "c"].map((zone) => left.filter((each) => each.zone === zone).length);
      assert.ok(Math.max(...zones) - Math.min(...zones) <= 1, zones.join(" "));
      for (const zone of ["a", "b", "c"]) {
        const own = [0, 1, 2, 3].map((i) => left.filter((each) => each.instanceId === `${zone}${i}`).length);
        assert.ok(Math.max(...own) - Math.min(...own) <= 1, own.join(" "));
      }
    }
  });

  test("spread over another attribute", () => {
    const on = (rack: string) => ({ attributes: new Map([["rack", rack]]) });
    const tasks = [task("x1", on("x")), task("y1", on("y")), task("x2", on("x")), task("z", { attributes: new Map() })];
    const strategies = readStrategies([{ type: "spread", field: "attribute:rack" }]);
    assert.equal(stopped(tasks, 1, { strategies }), "x1");
  });

  test("binpack stops where most is free afterwards, and goes on there", () => {
    const room = (id: string) => ({ cpu: id === "i-1" ? 100 : 300, memoryMiB: id === "i-1" ? 5000 : 1000 });
    const tasks = [
      task("one", { instanceId: "i-1" }),
      task("two", { instanceId: "i-2", createdAt: 1 }),
      task("three", { instanceId: "i-2" }),
      task("four", { instanceId: "i-1", createdAt: 1 }),
    ];
    const by = (field: string) => ({ strategies: readStrategies([{ type: "binpack", field }]), room });
    assert.equal(stopped(tasks, 3, by("cpu")), "two three four");
    assert.equal(stopped(tasks, 3, by("memory")), "four one two");
    const zoned = tasks.map((each) => ({ ...each, zone: each.instanceId === "i-1" ? "a" : "b" }));
    const strategies = readStrategies([
      { type: "spread", field: "attribute:ecs.availability-zone" },
      { type: "binpack", field: "cpu" },
    ]);
    assert.deepEqual(new Set(stopped(zoned, 2, { strategies, room }).split(" ")), new Set(["two", "four"]));
  });

  test("a spread that comes after binpack decides among equals", () => {
    const tasks = [
      task("a1", { zone: "a", instanceId: "i-1" }),
      task("b1", { zone: "b", instanceId: "i-2" }),
      task("b2", { zone: "b", instanceId: "i-3" }),
    ];
    const strategies = readStrategies([
      { type: "binpack", field: "cpu" },
      { type: "spread", field: "attribute:ecs.availability-zone" },
    ]);
    assert.equal(stopped(tasks, 1, { strategies }), "b1");
  });

  test("random stops any, the same for the same seed", () => {
    const tasks = Array.from({ length: 30 }, (_, i) => task(`t${i}`));
    const strategies = readStrategies([{ type: "random" }]);
    const first = stopped(tasks, 30, { strategies, random: seededRandom(3) });
    assert.equal(stopped(tasks, 30, { strategies, random: seededRandom(3) }), first);
    assert.notEqual(first, tasks.map(({ id }) => id).join(" "));
    assert.equal(new Set(first.split(" ")).size, 30);
  });
});

describe("rebalancing of zones", () => {
  const inZones = (counts: Record<string, number>, more: Partial<ServiceTask> = {}) =>
    Object.entries(counts).flatMap(([zone, count]) =>
      Array.from({ length: count }, (_, i) => task(`${zone}${i}`, { zone, ...more })),
    );

  const table: [name: string, counts: Record<string, number>, zones: string[], balanced: boolean, moves: string][] = [
    ["even", { a: 2, b: 2 }, ["a", "b"], true, ""],
    ["one more is balanced", { a: 3, b: 2, c: 2 }, ["a", "b", "c"], true, ""],
    ["a zone that is empty", { a: 2, b: 2 }, ["a", "b", "c"], false, "a>c"],
    ["from the fullest to the emptiest", { a: 5, b: 1, c: 0 }, ["a", "b", "c"], false, "a>c a>b a>c"],
    ["a zone that may not be used only loses", { a: 1, b: 1, old: 4 }, ["a", "b"], false, "old>a old>b"],
    ["no tasks", {}, ["a", "b"], true, ""],
    ["no zones", { a: 2 }, [], false, ""],
  ];
  for (const [name, counts, zones, balanced, moves] of table) {
    test(name, () => {
      const plan = balanceZones(inZones(counts), zones, options());
      assert.equal(plan.isBalanced, balanced);
      assert.equal(plan.moves.map(({ from, to }) => `${from}>${to}`).join(" "), moves);
      assert.equal(new Set(plan.moves.map(({ taskId }) => taskId)).size, plan.moves.length);
      for (const { taskId, from } of plan.moves) assert.ok(taskId.startsWith(from), taskId);
    });
  }

  test("protected tasks stay, and those that are not placed do not count", () => {
    const tasks = [...inZones({ a: 3 }, { isProtected: true }), task("new", { zone: undefined })];
    const plan = balanceZones(tasks, ["a", "b"], options());
    assert.deepEqual([plan.isBalanced, plan.moves], [false, []]);
    assert.deepEqual(
      [...plan.counts],
      [
        ["a", 3],
        ["b", 0],
      ],
    );
    const mixed = balanceZones([...tasks, task("a9")], ["a", "b"], options());
    assert.deepEqual(mixed.moves, [{ taskId: "a9", from: "a", to: "b" }]);
  });
});
