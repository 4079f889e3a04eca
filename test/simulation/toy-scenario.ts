import assert from "node:assert/strict";
import { type Control, startControl } from "#control/index.ts";
import { type Controller, watch } from "#kernel/controller.ts";
import { ConflictError, DriverError } from "#kernel/fault.ts";
import { type Collection, type Key, keyOf, type Store } from "#kernel/store.ts";
import { lossyLink } from "./lossy-link.ts";
import { ConnectionLost } from "./process.ts";
import type { Scenario, Simulation } from "./simulate.ts";

/*
 * The smallest platform: users submit jobs, a controller sends them to a host until the host says that they are done,
 * another counts them. It shows how a scenario is written and that the harness finds what it should find.
 */

interface Job {
  readonly state: "WAITING" | "DONE";
  readonly counted: boolean;
}

interface Total {
  readonly count: number;
}

export const jobs: Collection<Job, "uncounted"> = {
  name: "toy/job",
  indexes: { uncounted: (job) => (job.state === "DONE" && !job.counted ? "yes" : undefined) },
  machines: [{ state: (job) => job.state, initial: ["WAITING"], transitions: { host: [["WAITING", "DONE"]] } }],
};
export const totals: Collection<Total> = { name: "toy/total" };

/** Runs jobs; lives on when the control plane dies. */
interface Host {
  readonly ran: Set<string>;
  /** `report` reaches the life of the control plane that asked, or nobody. */
  run(key: string, report: (key: string) => void): void;
}

export interface ToyWorld {
  readonly host: Host;
  /** Jobs whose submission was acknowledged. */
  readonly acknowledged: Set<string>;
}

export interface ToyPlane {
  readonly control: Control;
  submit(name: string): Promise<void>;
}

/** `fenced: false` leaves out the comparison that keeps a job from being counted twice: a bug to be found. */
export function toyScenario(options: { jobs: number; fenced: boolean }): Scenario<ToyWorld, ToyPlane> {
  return {
    name: "toy",
    collections: [jobs, totals],
    world: (sim) => ({ host: newHost(sim), acknowledged: new Set() }),
    boot({ store, clock, random, log, onBug }, world) {
      const done = (key: string) => void finish(store.as("host"), key).catch(onBug);
      const controllers = [sender(world.host, done), counter(options.fenced)];
      const control = startControl({ store, clock, random, log, onBug, controllers });
      return { control, submit: (name) => submit(store, name) };
    },
    async play(sim, world) {
      for (let i = 0; i < options.jobs; i++) {
        await sim.sleep(1000 * sim.random.float());
        void submitUntilAcknowledged(sim, world, `job-${i}`);
      }
      while (world.acknowledged.size < options.jobs) await sim.sleep(1000);
    },
    onCommit({ changes }) {
      for (const change of changes) {
        assert.ok(change.type === "put", "Nothing is ever removed");
        assert.ok(change.previous === undefined || change.entry.modRevision > change.previous.modRevision);
      }
    },
    settled: (world, store) => total(store) === world.acknowledged.size,
    verify(world, store) {
      for (const name of world.acknowledged) {
        const job = store.view(jobs).get(keyOf(jobs, name));
        assert.equal(job?.value.state, "DONE", name);
        assert.ok(world.host.ran.has(keyOf(jobs, name)), `${name} never ran`);
      }
      assert.equal(total(store), store.view(jobs).size, "Every job is counted once");
    },
  };
}

function newHost(sim: Simulation<ToyPlane>): Host {
  const [toHost, fromHost] = [lossyLink(sim), lossyLink(sim)];
  const ran = new Set<string>();
  return {
    ran,
    run(key, report) {
      toHost(() => {
        sim.clock.after(5000 * sim.random.float(), () => {
          ran.add(key);
          fromHost(() => report(key));
        });
      });
    },
  };
}

async function submitUntilAcknowledged(sim: Simulation<ToyPlane>, world: ToyWorld, name: string): Promise<void> {
  for (;;) {
    try {
      await sim.request((plane) => plane.submit(name));
      world.acknowledged.add(name);
      sim.trace(`${name} acknowledged`);
      return;
    } catch (error) {
      if (!(error instanceof ConnectionLost) && !(error instanceof DriverError)) throw error;
      await sim.sleep(1000);
    }
  }
}

/** Submitting again what is there changes nothing. */
async function submit(store: Store, name: string): Promise<void> {
  await rerunOnConflict(async () => {
    const job = await store.get(keyOf(jobs, name));
    if (job.value !== undefined) return;
    await store.commit({ unchanged: [job], put: [{ key: job.key, value: { state: "WAITING", counted: false } }] });
  });
}

async function finish(store: Store, key: Key<Job>): Promise<void> {
  await rerunOnConflict(async () => {
    const job = await store.get(key);
    if (job.value?.state !== "WAITING") return;
    await store.commit({ unchanged: [job], put: [{ key, value: { ...job.value, state: "DONE" } }] });
  }).catch((error) => {
    // The host is asked again, and reports again.
    if (!(error instanceof DriverError)) throw error;
  });
}

async function rerunOnConflict(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

function sender(host: Host, done: (key: string) => void): Controller {
  return {
    name: "toy.sender",
    watches: [watch(jobs, ({ key }) => [key])],
    async reconcile(key, { store, clock }) {
      const job = await store.get(key as Key<Job>);
      if (job.value?.state !== "WAITING") return;
      host.run(key, done);
      return { lookAgainAt: clock.now() + 10_000 };
    },
  };
}

function counter(fenced: boolean): Controller {
  return {
    name: "toy.counter",
    watches: [watch(jobs, ({ key, value }) => (value.state === "DONE" && !value.counted ? [key] : []))],
    async reconcile(key, { store }) {
      const [job, sum] = [await store.get(key as Key<Job>), await store.get(keyOf(totals, "all"))];
      if (job.value === undefined || job.value.counted) return;
      await store.commit({
        unchanged: fenced ? [job, sum] : [job],
        put: [
          { key, value: { ...job.value, counted: true } },
          { key: sum.key, value: { count: (sum.value?.count ?? 0) + 1 } },
        ],
      });
    },
  };
}

function total(store: Store): number {
  return store.view(totals).get(keyOf(totals, "all"))?.value.count ?? 0;
}
