import type { RuntimeDriver } from "#host/runtime/driver.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { UsageMessage } from "#kernel/usage.ts";
import type { Task } from "../step/state.ts";
import { createIntervals } from "./intervals.ts";
import { type NetworkReading, type Readings, runningContainers, usageBetween } from "./usage-between.ts";

/** Telemetry: tells the control plane what the containers of tasks use. */
export interface UsagePublisher {
  changed(task: Task): void;
  stop(): void;
}

export interface UsagePublisherDeps {
  readonly hostId: string;
  readonly driver: Pick<RuntimeDriver, "readUsage" | "readNetworks">;
  readonly clock: Clock;
  readonly log: Log;
  readonly intervalMs: number;
  /** All the host's tasks. */
  readonly tasks: () => Iterable<Task>;
  readonly publish: (message: UsageMessage) => Promise<void>;
}

/**
 * Reads all running containers in one pass at the end of each interval. Where no task runs there is no timer.
 */
export function createUsagePublisher(deps: UsagePublisherDeps): UsagePublisher {
  const { clock, driver, log, intervalMs } = deps;
  /** Of the pass before; without it the first pass could not tell what tasks of an earlier run of the agent use. */
  let before: Promise<Readings> | undefined;

  const running = () => [...deps.tasks()].filter((task) => runningContainers(task).length > 0);
  const read = async (tasks: readonly Task[]): Promise<Readings> => {
    const at = clock.now();
    const containers = tasks.flatMap((task) => runningContainers(task).map(({ status }) => status));
    const counters = await driver.readUsage(containers);
    const networks = new Map<string, NetworkReading>();
    for (const { id, live, payload } of tasks) {
      if (live.sandbox === undefined || payload.networkMode === "host") continue;
      const found = await driver.readNetworks(live.sandbox.pid);
      if (found !== undefined) networks.set(id, { at: clock.now(), networks: found });
    }
    return { at, counters, networks };
  };
  const intervals = createIntervals({
    ...{ clock, intervalMs },
    isNeeded() {
      const tasks = running();
      if (tasks.length === 0) return false;
      before ??= read(tasks).catch((error) => {
        log.debug("What containers have used so far is not known", { error: String(error) });
        return { at: clock.now(), counters: new Map(), networks: new Map() };
      });
      return true;
    },
    async pass(to) {
      const earlier = await before;
      before = undefined;
      try {
        const tasks = running();
        const now = await read(tasks);
        before = Promise.resolve(now);
        const usage = earlier === undefined ? [] : usageBetween(tasks, earlier, now);
        if (usage.length > 0) await deps.publish({ hostId: deps.hostId, from: to - intervalMs, to, tasks: usage });
      } catch (error) {
        log.warn("What containers use in this interval is not known", { error: String(error) });
      }
    },
  });
  return {
    changed(task) {
      if (runningContainers(task).length > 0) intervals.arm();
    },
    stop: () => intervals.stop(),
  };
}
