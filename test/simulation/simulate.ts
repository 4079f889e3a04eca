import { type Log, silentLog } from "#kernel/controller.ts";
import { type Random, seededRandom } from "#kernel/random.ts";
import type { Change, ChangeBatch } from "#kernel/store.ts";
import { drainMicrotasks, VirtualClock } from "#kernel/virtual-clock.ts";
import type { JournalGroup } from "#store/embedded/journal.ts";
import { MemoryJournal } from "#store/embedded/memory-journal.ts";
import { createStore, type StoreHost, type StoreOptions } from "#store/index.ts";
import { DurableState } from "./durable.ts";
import { drawFaults, type Faults, noFaults } from "./faults.ts";
import { ConnectionLost, SimulatedProcess } from "./process.ts";
import { Trace } from "./trace.ts";

/*
 * The deterministic simulation: the real store, controllers and handlers on virtual time, from one seed, with faults.
 *
 * How a scenario plugs in (`toy-scenario.ts` is a small one):
 *  - `world` makes what is outside of the control plane's process and outlives it: for ECS the hosts, each with a fake
 *    runtime and the agent's step function driven by `sim.clock`, and what the users expect.
 *  - `boot` makes the control plane anew on the store that it is given, at the start and after every kill: it calls
 *    `startControl` with the real controllers, makes the agents' endpoint, connects the world's agents to it through
 *    `lossyLink` (one link a direction; messages to a dead process go nowhere because its clock and store are dead),
 *    and returns what clients call: the real handlers, wrapped as the gateway does (a conflict reruns the handler).
 *  - `play` is the users: it calls `sim.request((plane) => plane.RunTask(...))`, which fails with `ConnectionLost` when
 *    the process dies meanwhile, and waits with `sim.sleep`. Driver failures and slow pulls are the fake runtime's,
 *    drawn from `sim.random` and scaled by `sim.faults()`.
 *  - `onCommit` sees every durable change and throws when an invariant is broken; `verify` looks at the end, after the
 *    faults have ended and everything had `settleMs` of virtual time to come to rest.
 *
 * Everything random comes from `sim.random` or the process's; every wait is a timer of `sim.clock` or the process's.
 * Nothing may use real time, sockets, files or threads: between two timers all that happens is promises.
 */

export interface Scenario<World, Plane> {
  readonly name: string;
  readonly collections: StoreOptions["collections"];
  /** Instead of a mix drawn from the seed. */
  readonly faults?: Faults;
  world(sim: Simulation<Plane>): World;
  boot(parts: BootParts, world: World): Plane | Promise<Plane>;
  play(sim: Simulation<Plane>, world: World): Promise<void>;
  onCommit?(batch: ChangeBatch<unknown>, world: World): void;
  /** Ends the settling early. */
  settled?(world: World, store: StoreHost, plane: Plane): boolean;
  verify(world: World, store: StoreHost, plane: Plane): void;
  /** Ten minutes by default. */
  readonly settleMs?: number;
}

/** What a life of the process starts with. */
export interface BootParts {
  readonly store: StoreHost;
  readonly clock: SimulatedProcess["clock"];
  readonly random: Random;
  readonly log: Log;
  /** Fails the simulation. */
  readonly onBug: (error: unknown) => void;
  readonly process: SimulatedProcess;
}

export interface Simulation<Plane> {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly random: Random;
  /** None any more once the play is over. */
  readonly faults: () => Faults;
  /** Puts an event into the fingerprint and the report of a failure. */
  trace(event: string, detail?: string): void;
  sleep(ms: number): Promise<void>;
  /** Does `work` with the control plane that is up. Rejects with `ConnectionLost` when there is none or it dies. */
  request<T>(work: (plane: Plane) => Promise<T>): Promise<T>;
  kill(): void;
}

export interface Outcome {
  readonly seed: number;
  /** Equal for equal runs: of every commit, kill, request and traced event. */
  readonly fingerprint: string;
  readonly events: number;
  readonly kills: number;
  readonly virtualMs: number;
}

/** Plays a scenario. Throws a `SimulationFailure`, which names the seed and the last events. */
export async function simulate<World, Plane>(seed: number, scenario: Scenario<World, Plane>): Promise<Outcome> {
  const run = new Run(seed, scenario);
  const fail = (error: unknown) => run.fail(error);
  process.on("uncaughtException", fail);
  try {
    return await run.play();
  } catch (error) {
    throw new SimulationFailure(scenario.name, seed, run.trace.lastLines(), error);
  } finally {
    process.off("uncaughtException", fail);
  }
}

export class SimulationFailure extends Error {
  override readonly name = "SimulationFailure";

  constructor(scenario: string, seed: number, lastLines: readonly string[], cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const history = lastLines.map((line) => `  ${line}`).join("\n");
    super(`${scenario}: ${reason}\nReplay it with ESTIVA_SEED=${seed}. The last events:\n${history}`, { cause });
  }
}

class Run<World, Plane> {
  readonly trace: Trace;
  readonly #scenario: Scenario<World, Plane>;
  readonly #sim: Simulation<Plane>;
  readonly #world: World;
  readonly #disk = new MemoryJournal();
  readonly #durable = new DurableState();
  readonly #startMs: number;
  #faults: Faults;
  #life: { process: SimulatedProcess; store?: StoreHost; plane?: Plane } | undefined;
  #kills = 0;
  #failure: { error: unknown } | undefined;

  constructor(seed: number, scenario: Scenario<World, Plane>) {
    const clock = new VirtualClock();
    const random = seededRandom(seed);
    this.#scenario = scenario;
    this.#startMs = clock.now();
    this.trace = new Trace(() => clock.now());
    this.#faults = scenario.faults ?? drawFaults(random);
    this.#sim = {
      seed,
      clock,
      random,
      faults: () => this.#faults,
      trace: (event, detail) => this.trace.add(event, detail),
      sleep: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
      request: (work) => this.#request(work),
      kill: () => this.#life?.process.kill("by the scenario"),
    };
    this.#world = scenario.world(this.#sim);
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  async play(): Promise<Outcome> {
    const { clock, random, seed } = this.#sim;
    this.#boot();
    let over = false;
    this.#scenario.play(this.#sim, this.#world).then(
      () => {
        over = true;
      },
      (error) => this.fail(error),
    );
    await this.#runUntil(() => over, Number.POSITIVE_INFINITY);
    this.#faults = noFaults;
    const deadline = clock.now() + (this.#scenario.settleMs ?? 600_000);
    await this.#runUntil(() => this.#isSettled(), deadline);
    const { store, plane } = this.#life ?? {};
    if (store === undefined || plane === undefined) throw new Error("The control plane is not up at the end.");
    this.#scenario.verify(this.#world, store, plane);
    this.trace.add("end", String(random.float()));
    const virtualMs = clock.now() - this.#startMs;
    return { seed, fingerprint: this.trace.digest(), events: this.trace.events, kills: this.#kills, virtualMs };
  }

  /** Lets things happen, timer by timer. */
  async #runUntil(done: () => boolean, deadline: number): Promise<void> {
    const { clock } = this.#sim;
    for (;;) {
      await drainMicrotasks();
      if (this.#failure !== undefined) throw this.#failure.error;
      if (done()) return;
      const next = clock.nextAt();
      if (next === undefined || next > deadline) {
        if (deadline !== Number.POSITIVE_INFINITY) return;
        throw new Error("The play waits for something that will never come.");
      }
      clock.step();
    }
  }

  #isSettled(): boolean {
    const { store, plane } = this.#life ?? {};
    if (store === undefined || plane === undefined) return false;
    return this.#scenario.settled?.(this.#world, store, plane) ?? false;
  }

  #boot(): void {
    const { clock, random } = this.#sim;
    const process = new SimulatedProcess({
      number: this.#kills + 1,
      clock,
      random,
      disk: this.#disk,
      faults: () => this.#faults,
      trace: (event) => this.trace.add(event),
      onKilled: () => this.#onKilled(),
      onDurable: (group) => this.#onDurable(group),
    });
    this.#life = { process };
    this.trace.add(`process ${process.number} starts`);
    this.#bootParts(process).catch((error) => this.fail(error));
  }

  async #bootParts(process: SimulatedProcess): Promise<void> {
    const { collections, boot } = this.#scenario;
    const { engine, clock, random } = process;
    const store = await createStore({ engine, collections, clock });
    const onBug = (error: unknown) => process.alive && this.fail(error);
    const parts: BootParts = { store, clock, random, log: silentLog, onBug, process };
    const plane = await boot.call(this.#scenario, parts, this.#world);
    if (this.#life?.process === process) this.#life = { process, store, plane };
  }

  #onKilled(): void {
    this.#kills++;
    this.#life = undefined;
    const downMs = this.#faults.downMs * this.#sim.random.float();
    this.#sim.clock.after(downMs, () => this.#boot());
  }

  #onDurable(group: JournalGroup): void {
    try {
      for (const batch of this.#durable.batches(group.rows)) {
        for (const change of batch.changes) this.#traceChange(batch.revision, change);
        this.#scenario.onCommit?.(batch, this.#world);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  #traceChange(revision: number, change: Change<unknown>): void {
    const { key } = change.type === "put" ? change.entry : change.previous;
    const value = change.type === "put" ? JSON.stringify(change.entry.value) : "";
    this.trace.add(`revision ${revision}: ${change.type} ${key}`, value);
  }

  #request<T>(work: (plane: Plane) => Promise<T>): Promise<T> {
    const { process, plane } = this.#life ?? {};
    if (process === undefined || plane === undefined) return Promise.reject(new ConnectionLost());
    return Promise.race([work(plane), process.died]);
  }
}
