import type { Clock } from "#kernel/clock.ts";
import type { Controller, ControllerContext, Reconciled } from "#kernel/controller.ts";
import { ConflictError, DriverError, Fault } from "#kernel/fault.ts";
import { conflictBackoff, delayMs, errorBackoff } from "./backoff.ts";
import { allKeys, type Informed } from "./informer.ts";
import type { Turns } from "./turns.ts";
import { WorkQueue } from "./work-queue.ts";

export interface RunnerOptions {
  /** The store acts on behalf of the controller. */
  readonly ctx: ControllerContext;
  /** How many keys are worked on at once. */
  readonly concurrency: number;
  /** Shared with the other controllers. */
  readonly turns: Turns;
  /** A bug: an `InvariantError`, or any error that is not one of the platform's. */
  readonly onBug: (error: unknown, controller: string) => void;
}

/** Counters since the start; `queued`, `active` and `delayed` are as of now. */
export interface RunnerMetrics {
  readonly queued: number;
  readonly active: number;
  /** Keys that wait for a time of theirs or for the end of a delay after a failure. */
  readonly delayed: number;
  readonly reconciles: number;
  readonly conflicts: number;
  readonly errors: number;
}

/** Runs one controller: one reconcile at a time for each key, delays after failures. */
export class Runner {
  readonly #controller: Controller;
  readonly #options: RunnerOptions;
  readonly #clock: Clock;
  readonly #queue: WorkQueue;
  readonly #failures = new Map<string, number>();
  readonly #counters = { reconciles: 0, conflicts: 0, errors: 0 };
  #pumping = false;
  #stopped = false;
  #held = false;
  readonly #goOn = () => this.#pump();
  readonly #onDrained = new Set<() => void>();
  #endWakes: (() => void) | undefined;

  constructor(controller: Controller, options: RunnerOptions) {
    this.#controller = controller;
    this.#options = options;
    this.#clock = options.ctx.clock;
    this.#queue = new WorkQueue(this.#clock, () => this.#wake());
  }

  start(): void {
    const { store } = this.#options.ctx;
    this.#endWakes = this.#controller.wakes?.((key, withinMs) => this.#queue.addWithin(key, withinMs), store);
    for (const key of allKeys(this.#controller, store)) this.#queue.add(key);
  }

  /** What it wants to be told of. */
  informed(): Informed[] {
    const { store } = this.#options.ctx;
    return this.#controller.watches.map((watch) => ({ watch, store, onDue: (key) => this.#queue.add(key) }));
  }

  /** Starts nothing more; resolves when what is running has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endWakes?.();
    this.#queue.clear();
    await this.#drained();
  }

  /** The clock has leapt: what waits for a time may be due. */
  reconsider(): void {
    this.#queue.reconsider();
  }

  /** Starts nothing until `release`; what becomes due is kept. Resolves when what is running has ended. */
  async hold(): Promise<void> {
    this.#held = true;
    await this.#drained();
  }

  release(): void {
    this.#held = false;
    this.#wake();
  }

  async #drained(): Promise<void> {
    if (this.#queue.active === 0) return;
    await new Promise<void>((resolve) => this.#onDrained.add(resolve));
  }

  metrics(): RunnerMetrics {
    const { depth, active, delayed } = this.#queue;
    return { queued: depth, active, delayed, ...this.#counters };
  }

  isIdle(): boolean {
    return this.#queue.active === 0 && this.#queue.depth === 0;
  }

  #wake(): void {
    if (this.#pumping || this.#stopped) return;
    this.#pumping = true;
    queueMicrotask(() => this.#pump());
  }

  #pump(): void {
    this.#pumping = false;
    while (!this.#stopped && !this.#held && this.#queue.ready > 0 && this.#queue.active < this.#options.concurrency) {
      if (!this.#options.turns.take(this.#goOn)) {
        this.#pumping = true;
        return;
      }
      void this.#work(this.#queue.take()!);
    }
  }

  async #work(key: string): Promise<void> {
    let next: Reconciled;
    try {
      next = await this.#controller.reconcile(key, this.#options.ctx);
      this.#failures.delete(key);
    } catch (error) {
      next = { lookAgainAt: this.#clock.now() + this.#failed(key, error) };
    }
    this.#counters.reconciles++;
    this.#queue.done(key);
    if (this.#stopped) this.#queue.clear();
    if (this.#queue.active === 0) {
      for (const resolve of this.#onDrained) resolve();
      this.#onDrained.clear();
    }
    if (this.#stopped) return;
    if (next) this.#queue.addLater(key, next.lookAgainAt - this.#clock.now());
    this.#wake();
  }

  /** Counts and tells a failure. Returns after how many milliseconds to try again. */
  #failed(key: string, error: unknown): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const { random, log } = this.#options.ctx;
    if (error instanceof ConflictError) {
      this.#counters.conflicts++;
      return delayMs(conflictBackoff, failures, random);
    }
    this.#counters.errors++;
    const retryInMs = delayMs(errorBackoff, failures, random);
    const expected = error instanceof DriverError || error instanceof Fault;
    log[expected ? "warn" : "error"]("A reconcile failed", {
      controller: this.#controller.name,
      key,
      failures,
      retryInMs: Math.round(retryInMs),
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
    if (!expected) this.#options.onBug(error, this.#controller.name);
    return retryInMs;
  }
}
