import type { NetworkCounters, RuntimeDriver } from "#host/runtime/driver.ts";
import type { Clock } from "#kernel/clock.ts";
import { memoryOf, type Task } from "../step/state.ts";
import type { Json } from "./documents.ts";

/** Counters of a task's containers, as Docker gives them, with the network's of the sandbox that they share. */
export interface StatsReader {
  /** Undefined when the container does not run. */
  container(task: Task, name: string, version: string): Promise<Json | undefined>;
  /** By the runtime's id; null for containers that do not run, as Amazon ECS has it. */
  task(task: Task, version: string): Promise<Json>;
}

interface Counters {
  readonly at: number;
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** Remembers the last counters of this many sandboxes, for rates. */
const most = 5_000;

type Networks = Readonly<Record<string, NetworkCounters>>;

export function createStatsReader(driver: RuntimeDriver, clock: Clock): StatsReader {
  const last = new Map<string, Counters>();

  const rates = (task: Task, networks: Networks): Json | undefined => {
    const sum = (key: "rx_bytes" | "tx_bytes") => Object.values(networks).reduce((all, each) => all + each[key], 0);
    const now = { at: clock.now(), rxBytes: sum("rx_bytes"), txBytes: sum("tx_bytes") };
    const before = last.get(task.id);
    if (before === undefined || now.at - before.at >= 1_000) {
      last.delete(task.id);
      last.set(task.id, now);
      if (last.size > most) last.delete(last.keys().next().value!);
    }
    if (before === undefined || now.at === before.at) return undefined;
    const seconds = (now.at - before.at) / 1000;
    return {
      rx_bytes_per_sec: Math.max(0, now.rxBytes - before.rxBytes) / seconds,
      tx_bytes_per_sec: Math.max(0, now.txBytes - before.txBytes) / seconds,
    };
  };
  const container = async (task: Task, name: string, version: string) => {
    const { runtimeId } = memoryOf(task, name);
    if (runtimeId === undefined || task.live.sightings[name]?.state !== "running") return undefined;
    const [stats, networks] = await Promise.all([
      driver.containerStats(runtimeId),
      task.live.sandbox === undefined ? undefined : driver.readNetworks(task.live.sandbox.pid),
    ]);
    const perSecond = networks === undefined || version !== "v4" ? undefined : rates(task, networks);
    return {
      ...stats,
      ...(networks === undefined ? {} : { networks }),
      ...(perSecond === undefined ? {} : { network_rate_stats: perSecond }),
    };
  };
  return {
    container,
    async task(task, version) {
      const entries = await Promise.all(
        task.payload.containers.flatMap(({ name }) => {
          const { runtimeId } = memoryOf(task, name);
          if (runtimeId === undefined) return [];
          return [container(task, name, version).then((stats) => [runtimeId, stats ?? null] as const)];
        }),
      );
      return Object.fromEntries(entries);
    },
  };
}
