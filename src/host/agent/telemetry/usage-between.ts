import type { ContainerStatus, NetworkCounters, UsageCounters } from "#host/runtime/driver.ts";
import type { ContainerUsage, TaskUsage } from "#kernel/usage.ts";
import { memoryOf, type Task } from "../step/state.ts";

/** What one pass over all running containers has read. */
export interface Readings {
  /** When it began, in milliseconds since the epoch. */
  readonly at: number;
  /** By the runtime's ids. */
  readonly counters: ReadonlyMap<string, UsageCounters>;
  /** By the tasks' ids. */
  readonly networks: ReadonlyMap<string, NetworkReading>;
}

export interface NetworkReading {
  readonly at: number;
  readonly networks: Readonly<Record<string, NetworkCounters>>;
}

/** A shorter time says nothing of how much is used. */
const leastMs = 500;
/** The agent may learn so late of a container's start that the pass before it was without it. */
const lateMs = 10_000;

export function runningContainers(task: Task): { readonly name: string; readonly status: ContainerStatus }[] {
  if (task.live.forgotten || task.unwanted) return [];
  return task.payload.containers.flatMap(({ name }) => {
    const status = task.live.sightings[name];
    return status?.state === "running" ? [{ name, status }] : [];
  });
}

/**
 * What tasks have used between two passes. What has started since the first is counted from its start; a task of which
 * nothing can be told yet is left out.
 */
export function usageBetween(tasks: readonly Task[], earlier: Readings, now: Readings): readonly TaskUsage[] {
  const isNew = (startedAt: number | undefined) => startedAt !== undefined && startedAt >= earlier.at - lateMs;
  return tasks.flatMap((task) => {
    const running = runningContainers(task);
    const containers = running.flatMap(({ name, status: { id, startedAt } }) => {
      const counters = now.counters.get(id);
      const start = isNew(startedAt) ? { at: startedAt!, cpuNanos: 0 } : undefined;
      const cpuUnits = counters && cpuUnitsBetween(earlier.counters.get(id), counters, start);
      if (counters === undefined || cpuUnits === undefined) return [];
      return [{ containerName: name, cpuUnits, ...levelsOf(counters), ...restartsOf(task, name) }];
    });
    if (containers.length === 0) return [];
    const firstStart = Math.min(...running.map(({ status }) => status.startedAt ?? 0));
    const start = isNew(firstStart) ? { at: firstStart, networks: {} } : undefined;
    const network = rates(earlier.networks.get(task.id) ?? start, now.networks.get(task.id));
    return [{ taskArn: task.payload.taskArn, containers, ...(network && { network }) }];
  });
}

function levelsOf({ memoryBytes, readBytes, writeBytes }: UsageCounters) {
  return { memoryBytes, storageReadBytes: readBytes, storageWriteBytes: writeBytes };
}

function restartsOf(task: Task, name: string): Pick<ContainerUsage, "restartCount"> {
  const { restartPolicy } = task.payload.containers.find((container) => container.name === name)!;
  return restartPolicy?.enabled ? { restartCount: memoryOf(task, name).restartCount } : {};
}

/** A container that has been started again has counted from zero. */
function cpuUnitsBetween(
  earlier: Pick<UsageCounters, "at" | "cpuNanos"> | undefined,
  now: UsageCounters,
  start: Pick<UsageCounters, "at" | "cpuNanos"> | undefined,
): number | undefined {
  const goesOn = earlier !== undefined && earlier.cpuNanos <= now.cpuNanos && earlier.at >= (start?.at ?? 0);
  const since = goesOn ? earlier : start;
  if (since === undefined || now.at - since.at < leastMs) return undefined;
  return ((now.cpuNanos - since.cpuNanos) / 1e6 / (now.at - since.at)) * 1024;
}

function rates(earlier: NetworkReading | undefined, now: NetworkReading | undefined): TaskUsage["network"] {
  if (earlier === undefined || now === undefined || now.at <= earlier.at) return undefined;
  const perSecond = (key: "rx_bytes" | "tx_bytes") => {
    const total = ({ networks }: NetworkReading) => Object.values(networks).reduce((sum, each) => sum + each[key], 0);
    return Math.max(0, total(now) - total(earlier)) / ((now.at - earlier.at) / 1000);
  };
  return { rxBytesPerSecond: perSecond("rx_bytes"), txBytesPerSecond: perSecond("tx_bytes") };
}
