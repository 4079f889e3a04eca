import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Instance } from "./instance.ts";
import { createPool, type Placement, type Pool } from "./pool.ts";
import type { PlacementRequest } from "./request.ts";
import { NaivePool } from "./testing/naive.ts";
import { randomWorld, type World } from "./testing/world.ts";

const seeds = 60;
const steps = 150;

/** A pool and the naive one beside it, with the tasks that both have. */
class Pair {
  readonly world: World;
  readonly naive: NaivePool;
  readonly pool: Pool;
  readonly placed: Placement[] = [];
  readonly requests: PlacementRequest[];
  readonly shown: string[] = [];
  #nextId = 0;

  constructor(seed: number) {
    this.world = randomWorld(seed);
    const instances = Array.from({ length: 4 + (seed % 12) }, () => this.world.instance(`i-${this.#nextId++}`));
    this.naive = new NaivePool(instances);
    this.pool = createPool(instances, { random: { float: this.world.random } });
    this.requests = Array.from({ length: 8 }, () => this.world.request());
  }

  step(): void {
    const chance = this.world.random();
    if (chance < 0.6) this.place();
    else if (chance < 0.85) this.release();
    else if (chance < 0.89) this.add();
    else if (chance < 0.93) this.update();
    else if (chance < 0.96) this.remove();
    else this.requests[Math.floor(this.world.random() * 8)] = this.world.request();
  }

  place(): void {
    const request = this.world.pick(this.requests);
    const best = this.naive.best(request.spec).map(({ id }) => id);
    const placement = this.pool.place(request);
    this.shown.push(`${request.key} -> ${placement?.instanceId}`);
    if (placement === undefined) {
      assert.deepEqual(best, [], `a place was not found for ${request.key}\n${this.shown.join("\n")}`);
    } else {
      assert.ok(best.includes(placement.instanceId), `${request.key}: ${placement.instanceId}, not of ${best}`);
      this.#took(placement);
    }
  }

  release(): void {
    const at = Math.floor(this.world.random() * this.placed.length);
    const [placement] = this.placed.splice(at, 1);
    if (placement === undefined) return;
    this.naive.tasks.splice(at, 1);
    this.pool.release(placement);
    this.shown.push(`released on ${placement.instanceId}`);
  }

  add(): void {
    const instance = this.world.instance(`i-${this.#nextId++}`);
    this.naive.instances.set(instance.id, instance);
    this.pool.addInstance(instance);
  }

  update(): void {
    const id = this.#someInstance();
    if (id === undefined) return;
    const next = { ...this.world.instance(id), ...(this.world.random() < 0.5 && this.#attributesOf(id)) };
    this.naive.instances.set(id, next);
    this.pool.updateInstance(next);
    this.shown.push(`updated ${id}`);
  }

  remove(): void {
    const id = this.#someInstance();
    if (id === undefined) return;
    this.naive.instances.delete(id);
    for (let i = this.placed.length - 1; i >= 0; i--) {
      if (this.placed[i]!.instanceId !== id) continue;
      this.placed.splice(i, 1);
      this.naive.tasks.splice(i, 1);
    }
    this.pool.removeInstance(id);
  }

  #took(placement: Placement): void {
    this.placed.push(placement);
    this.naive.tasks.push({ instanceId: placement.instanceId, spec: placement.request.spec });
  }

  #someInstance(): string | undefined {
    return this.naive.instances.size < 2 ? undefined : this.world.pick([...this.naive.instances.keys()]);
  }

  #attributesOf(id: string): Pick<Instance, "attributes"> {
    return { attributes: this.naive.instances.get(id)!.attributes };
  }
}

describe("a pool beside one that looks at everything each time", () => {
  for (let seed = 0; seed < seeds; seed++) {
    test(`seed ${seed}: places where the strategies say, or nowhere`, () => {
      const pair = new Pair(seed);
      for (let i = 0; i < steps; i++) pair.step();
      for (const [id, instance] of pair.naive.instances) {
        const own = pair.naive.on(instance).map(({ spec }) => spec);
        assert.equal(
          pair.pool.room(id).cpu,
          own.reduce((left, { cpu }) => left - cpu, instance.cpu),
        );
        assert.equal(
          pair.pool.room(id).memoryMiB,
          own.reduce((left, { memoryMiB }) => left - memoryMiB, instance.memoryMiB),
        );
        assert.equal(pair.pool.room(id).tasksCount, own.length);
      }
    });
  }
});
