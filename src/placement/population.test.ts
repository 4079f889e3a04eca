import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ChangeLog } from "./change-log.ts";
import { Instances } from "./instances.ts";
import { Population, type Question } from "./population.ts";
import { compileRequest } from "./request.ts";

const request = compileRequest({ group: "g", cpu: 1, memoryMiB: 1, strategies: [] });

function world(mostCells: number) {
  const instances = new Instances();
  const changes = new ChangeLog();
  const population = new Population(instances, changes, { byCpu: true, request, filters: [], mostCells });
  const add = (id: string, name: string) => {
    const attributes = new Map([["name", name]]);
    const slot = instances.add({ id, status: "ACTIVE", agentConnected: true, attributes, cpu: 10, memoryMiB: 10 });
    changes.push(slot, instances.count);
  };
  return { instances, population, add };
}

const name: Question = {
  key: "name",
  changes: false,
  ask: (instances, slot) => instances.items[slot]?.attributes.get("name"),
};
const idle: Question = { key: "idle", changes: true, ask: (instances, slot) => instances.tasks[slot] === 0 };

describe("instances in cells", () => {
  test("takes up no question that makes too many cells", () => {
    const { population, add } = world(3);
    for (const id of ["a", "b", "c", "d"]) add(id, id);
    assert.equal(population.adopt([idle]), true);
    assert.equal(population.adopt([idle, name]), false);
    population.catchUp();
    assert.deepEqual(
      population.cells.map(({ answers }) => [...answers]),
      [[["idle", true]]],
    );
  });

  test("says when instances have come to differ in many more ways", () => {
    const { population, add } = world(3);
    for (const id of ["a", "b"]) add(id, id);
    assert.equal(population.adopt([name]), true);
    for (let i = 0; i < 10; i++) add(`more-${i}`, `more-${i}`);
    population.catchUp();
    assert.deepEqual([population.cells.length, population.isCrowded], [12, false]);
    add("last", "last");
    population.catchUp();
    assert.equal(population.isCrowded, true);
  });
});
