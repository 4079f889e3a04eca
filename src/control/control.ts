import type { Clock } from "#kernel/clock.ts";
import type { Controller, Log } from "#kernel/controller.ts";
import type { Random } from "#kernel/random.ts";
import type { ChangeFeed, Store } from "#kernel/store.ts";
import { Informer } from "./informer.ts";
import { Runner, type RunnerMetrics } from "./runner.ts";
import { Turns } from "./turns.ts";

export interface ControlOptions {
  readonly store: Store & ChangeFeed;
  readonly controllers: readonly Controller[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A controller hit a bug. The key is tried again with growing delays, as after other errors. */
  readonly onBug: (error: unknown, controller: string) => void;
  /** How many keys each controller works on at once; 64 by default, so that their commits share disk writes. */
  readonly concurrency?: number;
}

export interface Control {
  /** By the controllers' names. */
  metrics(): Readonly<Record<string, RunnerMetrics>>;
  /** Whether no controller has anything to do now; keys that wait for a time do not count. */
  isIdle(): boolean;
  /**
   * Controllers of which tasks come start nothing until the function that this resolves with is called. Resolves when
   * what they were doing has ended.
   */
  holdStarts(): Promise<() => void>;
  /** Starts no reconcile any more; resolves when those that run have ended. */
  stop(): Promise<void>;
}

/** Starts the controllers: each looks at every key once, then at those that changes make due. It never polls. */
export function startControl(options: ControlOptions): Control {
  const { store, clock, random, log, onBug, concurrency = 64 } = options;
  const turns = new Turns(clock);
  const runners = options.controllers.map((controller) => {
    const ctx = { store: store.as(controller.name), clock, random, log };
    const { name, startsTasks = false } = controller;
    return { name, startsTasks, runner: new Runner(controller, { ctx, concurrency, turns, onBug }) };
  });
  const informer = new Informer(runners.flatMap(({ runner }) => runner.informed()));
  const subscription = store.observe((batch) => informer.notice(batch));
  for (const { runner } of runners) runner.start();
  const leaps = clock.onLeap?.(() => {
    for (const { runner } of runners) runner.reconsider();
  });
  return {
    metrics: () => Object.fromEntries(runners.map(({ name, runner }) => [name, runner.metrics()])),
    isIdle: () => runners.every(({ runner }) => runner.isIdle()),
    async holdStarts() {
      const held = runners.filter(({ startsTasks }) => startsTasks);
      await Promise.all(held.map(({ runner }) => runner.hold()));
      return () => {
        for (const { runner } of held) runner.release();
      };
    },
    async stop() {
      subscription.close();
      leaps?.cancel();
      await Promise.all(runners.map(({ runner }) => runner.stop()));
    },
  };
}
