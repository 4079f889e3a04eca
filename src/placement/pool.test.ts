import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { readConstraints } from "./constraint.ts";
import type { Instance } from "./instance.ts";
import { createPool, type Placement, type Pool } from "./pool.ts";
import { compileRequest, type PlacementRequest, type RequestSpec } from "./request.ts";
import { serviceDefault } from "./strategy.ts";
import { NaivePool } from "./testing/naive.ts";

function instance(id: string, zone: string, more: Partial<Instance> = {}): Instance {
  const attributes = new Map([["ecs.availability-zone", zone]]);
  return { id, status: "ACTIVE", agentConnected: true, attributes, cpu: 4096, memoryMiB: 8192, ...more };
}

function fleet(count: number, zones = 3): Instance[] {
  return Array.from({ length: count }, (_, i) => instance(`i-${i}`, `az-${i % zones}`));
}

function spec(more: Partial<RequestSpec> = {}): RequestSpec {
  return { group: "service:web", cpu: 64, memoryMiB: 64, strategies: serviceDefault, ...more };
}

function countBy<T>(items: readonly T[], by: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(by(item), (counts.get(by(item)) ?? 0) + 1);
  return counts;
}

function placeMany(pool: Pool, request: PlacementRequest, count: number): Placement[] {
  return Array.from({ length: count }, () => pool.place(request)!);
}

describe("a pool", () => {
  test("spreads a service over zones and instances with at most one between them", () => {
    for (const [instances, tasks] of [
      [30, 47],
      [30, 10],
      [7, 100],
      [100, 1000],
    ] as const) {
      const pool = createPool(fleet(instances), { random: seededRandom(instances) });
      const placed = placeMany(pool, compileRequest(spec({ cpu: 1, memoryMiB: 1 })), tasks);
      const zones = countBy(
        placed,
        ({ instanceId }) => pool.instance(instanceId)!.attributes.get("ecs.availability-zone")!,
      );
      assert.ok(Math.max(...zones.values()) - Math.min(...zones.values()) <= 1, [...zones].join(" "));
      for (const zone of ["az-0", "az-1", "az-2"]) {
        const own = fleet(instances).filter(({ attributes }) => attributes.get("ecs.availability-zone") === zone);
        const counts = own.map(({ id }) => pool.tasksOf("service:web", id));
        assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join(" "));
      }
    }
  });

  test("leaves a zone without room and returns to it when there is some", () => {
    const pool = createPool([instance("a", "az-1", { cpu: 100 }), instance("b", "az-2")], { random: seededRandom(1) });
    const request = compileRequest(spec({ cpu: 100 }));
    const placed = placeMany(pool, request, 5);
    assert.deepEqual(
      countBy(placed, ({ instanceId }) => instanceId),
      new Map([
        ["a", 1],
        ["b", 4],
      ]),
    );
    pool.release(placed.find(({ instanceId }) => instanceId === "a")!);
    assert.equal(pool.place(request)!.instanceId, "a");
  });

  test("release restores what was there before", () => {
    const pool = createPool(fleet(9), { random: seededRandom(3) });
    const before = fleet(9).map(({ id }) => pool.room(id));
    const request = compileRequest(spec({ ports: [{ port: 80, protocol: "tcp" }] }));
    const placed = placeMany(pool, request, 9);
    assert.equal(pool.place(request), undefined);
    for (const placement of placed) pool.release(placement);
    assert.deepEqual(
      fleet(9).map(({ id }) => pool.room(id)),
      before,
    );
    assert.deepEqual(
      placeMany(pool, request, 9)
        .map(({ instanceId }) => instanceId)
        .sort(),
      fleet(9)
        .map(({ id }) => id)
        .sort(),
    );
  });

  test("is the same for the same seed", () => {
    const run = () => {
      const pool = createPool(fleet(50), { random: seededRandom(11) });
      const requests = [
        spec(),
        spec({ group: "b", strategies: [{ type: "random" }] }),
        spec({ group: "c", strategies: [] }),
      ];
      const compiled = requests.map(compileRequest);
      return Array.from({ length: 300 }, (_, i) => pool.place(compiled[i % 3]!)?.instanceId);
    };
    assert.deepEqual(run(), run());
  });

  test("random reaches every instance about as often", () => {
    const pool = createPool(fleet(20), { random: seededRandom(5) });
    const placed = placeMany(
      pool,
      compileRequest(spec({ cpu: 1, memoryMiB: 1, strategies: [{ type: "random" }] })),
      4000,
    );
    const counts = [...countBy(placed, ({ instanceId }) => instanceId).values()];
    assert.equal(counts.length, 20);
    assert.ok(Math.min(...counts) > 130 && Math.max(...counts) < 280, counts.join(" "));
  });

  test("keeps tasks with distinctInstance or the same port apart, up to the last instance", () => {
    const apart: Partial<RequestSpec>[] = [
      { constraints: readConstraints([{ type: "distinctInstance" }]) },
      { ports: [{ port: 443, protocol: "tcp" }] },
    ];
    for (const more of apart) {
      for (const strategies of [
        serviceDefault,
        [{ type: "binpack", field: "memory" }],
        [{ type: "random" }],
      ] as const) {
        const pool = createPool(fleet(40), { random: seededRandom(9) });
        const request = compileRequest(spec({ ...more, strategies }));
        const placed = placeMany(pool, request, 40);
        assert.equal(new Set(placed.map(({ instanceId }) => instanceId)).size, 40);
        assert.equal(pool.place(request), undefined);
        pool.release(placed[7]!);
        assert.equal(pool.place(request)!.instanceId, placed[7]!.instanceId);
      }
    }
  });

  test("packs as tightly as exact best fit", () => {
    for (let seed = 0; seed < 5; seed++) {
      const { float } = seededRandom(seed);
      const instances = Array.from({ length: 60 }, (_, i) =>
        instance(`i-${i}`, "az", { memoryMiB: 4096 + 1024 * (i % 5) }),
      );
      const pool = createPool(instances, { random: seededRandom(seed) });
      const naive = new NaivePool(instances);
      const used = { pool: new Set<string>(), naive: new Set<string>() };
      for (let i = 0; i < 300; i++) {
        const asked = spec({
          cpu: 16,
          memoryMiB: 128 + Math.floor(float() * 8) * 64,
          strategies: [{ type: "binpack", field: "memory" }],
        });
        used.pool.add(pool.place(compileRequest(asked))!.instanceId);
        const [best] = naive.best(asked);
        naive.tasks.push({ instanceId: best!.id, spec: asked });
        used.naive.add(best!.id);
      }
      assert.ok(used.pool.size <= 1.02 * used.naive.size, `${used.pool.size} instances, not ${used.naive.size}`);
    }
  });

  test("follows tasks that a constraint waits for", () => {
    const pool = createPool(fleet(10), { random: seededRandom(2) });
    const near = compileRequest(
      spec({ constraints: readConstraints([{ type: "memberOf", expression: "task:group == db" }]) }),
    );
    assert.equal(pool.place(near), undefined);
    const db = pool.place(compileRequest(spec({ group: "db" })))!;
    assert.equal(pool.place(near)!.instanceId, db.instanceId);
    pool.release(db);
    assert.equal(pool.place(near), undefined);
  });

  test("a fork starts from what is there, and neither disturbs the other", () => {
    const request = compileRequest(spec());
    const other = compileRequest(spec({ group: "service:other", strategies: [{ type: "binpack", field: "cpu" }] }));
    const run = (fork: boolean) => {
      const pool = createPool(fleet(12), { random: seededRandom(4) });
      const placed = placeMany(pool, request, 20);
      if (fork) {
        const copy = pool.fork({ random: seededRandom(99) });
        assert.deepEqual(
          fleet(12).map(({ id }) => copy.room(id)),
          fleet(12).map(({ id }) => pool.room(id)),
        );
        assert.equal(
          copy.tasksOf("service:web", placed[0]!.instanceId),
          pool.tasksOf("service:web", placed[0]!.instanceId),
        );
        placeMany(copy, other, 50);
        for (const placement of placed) copy.release(placement);
        copy.removeInstance("i-3");
      }
      pool.release(placed[5]!);
      const after = [...placeMany(pool, request, 30), ...placeMany(pool, other, 10)];
      return [after.map(({ instanceId }) => instanceId), fleet(12).map(({ id }) => pool.room(id))];
    };
    assert.deepEqual(run(true), run(false));
  });

  test("places as the naive one where instances differ in very many ways", () => {
    const rack = (i: number, racks: number) =>
      instance(`i-${i}`, `az-${i % 2}`, {
        cpu: 300 + (i % 7) * 100,
        attributes: new Map([
          ["rack", `r${i % racks}`],
          ["name", `n${i}`],
        ]),
      });
    const few = Array.from({ length: 30 }, (_, i) => rack(i, 10));
    const pool = createPool(few, { random: seededRandom(8) });
    const naive = new NaivePool(few);
    const expressions = ["attribute:name =~ n1.*", "attribute:name in [n3, n40, n77]", "attribute:rack != r1"];
    const requests = [
      spec({ group: "a", cpu: 100, strategies: [{ type: "spread", attribute: "rack" }, { type: "spread" }] }),
      spec({ group: "b", cpu: 100, strategies: [{ type: "binpack", field: "cpu" }] }),
      spec({ group: "c", cpu: 50, strategies: [{ type: "spread", attribute: "name" }] }),
      ...expressions.map((expression, i) =>
        spec({ group: `d${i}`, cpu: 30, constraints: readConstraints([{ type: "memberOf", expression }]) }),
      ),
    ].map(compileRequest);
    const place = (count: number) => {
      for (let i = 0; i < count; i++) {
        const request = requests[i % requests.length]!;
        const best = naive.best(request.spec).map(({ id }) => id);
        const placement = pool.place(request);
        if (placement === undefined) assert.deepEqual(best, []);
        else assert.ok(best.includes(placement.instanceId), `${request.key}: ${placement.instanceId} not of ${best}`);
        if (placement) naive.tasks.push({ instanceId: placement.instanceId, spec: request.spec });
      }
    };
    place(90);
    for (let i = 30; i < 330; i++) {
      const more = rack(i, 1000);
      naive.instances.set(more.id, more);
      pool.addInstance(more);
    }
    place(150);
  });

  test("places rightly after more changes than are remembered", () => {
    const pool = createPool([instance("a", "az-1", { cpu: 128 }), instance("b", "az-2")], { random: seededRandom(6) });
    const packed = compileRequest(spec({ group: "packed", strategies: [{ type: "binpack", field: "cpu" }] }));
    const often = compileRequest(spec({ group: "often", strategies: [{ type: "binpack", field: "memory" }] }));
    const seldom = compileRequest(spec());
    const ids = (placed: readonly Placement[]) => placed.map(({ instanceId }) => instanceId).join(" ");
    const first = placeMany(pool, packed, 3);
    assert.equal(ids(first), "a a b");
    assert.equal(ids(placeMany(pool, seldom, 2)), "b b");
    pool.release(first[0]!);
    pool.release(first[1]!);
    for (let i = 0; i < 6000; i++) pool.release(pool.place(often)!);
    assert.equal(pool.place(packed)!.instanceId, "a");
    assert.equal(pool.place(seldom)!.instanceId, "a");
  });

  test("numbers its instances anew when most are gone", () => {
    const pool = createPool(fleet(3), { random: seededRandom(6) });
    const request = compileRequest(spec());
    placeMany(pool, request, 3);
    for (let i = 0; i < 300; i++) {
      pool.addInstance(instance(`extra-${i}`, "az-0"));
      if (i > 0) pool.removeInstance(`extra-${i - 1}`);
    }
    assert.equal(pool.size, 4);
    const placed = placeMany(pool, request, 5).map(({ instanceId }) => instanceId);
    assert.deepEqual(
      placed.filter((id) => pool.instance(id) === undefined),
      [],
    );
    const tasks = ["i-0", "i-1", "i-2", "extra-299"].map((id) => pool.tasksOf("service:web", id));
    assert.equal(tasks[1]! + tasks[2]!, 5);
    assert.equal(tasks[0]! + tasks[3]!, 3);
  });

  test("takes up what has changed of an instance", () => {
    const old = instance("a", "az", { agentVersion: "1.8.0", reservedPorts: [{ port: 80, protocol: "tcp" }] });
    const pool = createPool([old], { random: seededRandom(1) });
    const constraints = readConstraints([{ type: "memberOf", expression: "agentVersion >= 1.9.0" }]);
    const request = compileRequest(spec({ constraints, strategies: [{ type: "binpack", field: "cpu" }] }));
    const withPort = (port: number) => compileRequest(spec({ ports: [{ port, protocol: "tcp" }] }));
    assert.equal(pool.place(request), undefined);
    assert.equal(pool.place(withPort(80)), undefined);
    pool.place(withPort(443));
    pool.updateInstance({ ...old, agentVersion: "1.9.0", reservedPorts: [{ port: 22, protocol: "tcp" }] });
    assert.equal(pool.place(request)?.instanceId, "a");
    assert.deepEqual(
      [22, 80, 443].map((port) => pool.check("a", withPort(port))),
      [["RESOURCE:PORTS"], [], ["RESOURCE:PORTS"]],
    );
    const busyPorts = Array.from({ length: 100 }, (_, i) => ({ port: 40_000 + i, protocol: "tcp" as const }));
    pool.updateInstance({ ...old, busyPorts });
    assert.deepEqual(
      [8080, 40_099].map((port) => pool.check("a", withPort(port))),
      [[], ["RESOURCE:PORTS"]],
      "ports that are busy are not to be had, and do not count",
    );
    pool.updateInstance({ ...old, cpu: 64 });
    assert.equal(pool.room("a").cpu, 64 - 2 * 64);
    assert.equal(pool.place(request), undefined);
  });

  test("a task that is leaving takes its room, and counts for no group", () => {
    const pool = createPool([instance("a", "az", { cpu: 200 }), instance("b", "az", { cpu: 100 })], {
      random: seededRandom(1),
    });
    const apart = compileRequest(spec({ cpu: 80, constraints: readConstraints([{ type: "distinctInstance" }]) }));
    const leaving = ["a", "b"].map((id) => pool.occupyLeaving(id, apart));
    assert.deepEqual(pool.check("b", apart), ["RESOURCE:CPU"]);
    assert.equal(pool.tasksOf(apart.group, "a"), 0);
    assert.equal(pool.place(apart)!.instanceId, "a");
    assert.equal(pool.place(apart), undefined);
    pool.release(leaving[1]!);
    assert.equal(pool.place(apart)!.instanceId, "b");
    pool.release(leaving[0]!);
    assert.deepEqual(pool.check("a", apart), ["DistinctInstance placement constraint unsatisfied."]);
  });

  test("what an instance takes without room is not placed again until it has ended", () => {
    const pool = createPool([instance("a", "az", { cpu: 100 })], { random: seededRandom(1) });
    const request = compileRequest(spec({ cpu: 80 }));
    const kept = [pool.occupy("a", request), pool.occupy("a", request)];
    assert.equal(pool.room("a").cpu, -60);
    assert.deepEqual(pool.check("a", request), ["RESOURCE:CPU"]);
    pool.release(kept[0]!);
    assert.equal(pool.place(request), undefined);
    pool.release(kept[1]!);
    assert.deepEqual(pool.check("a", request), []);
    assert.equal(pool.place(request)!.instanceId, "a");
    assert.throws(() => pool.release({ instanceId: "a", request: compileRequest(spec({ group: "never" })) }), {
      name: "InvariantError",
    });
  });
});
