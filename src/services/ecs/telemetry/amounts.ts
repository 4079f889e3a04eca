import type { TaskUsage } from "#kernel/usage.ts";
import type { TaskRecord } from "../model/task.ts";

/** A task that runs, and what its containers have used in an interval. */
export interface MeasuredTask {
  readonly task: TaskRecord;
  readonly usage: TaskUsage;
}

export const MiB = 1024 * 1024;

export interface Amounts {
  /** 1024 are one core. */
  readonly cpuUnits: number;
  readonly memoryMiB: number;
}

export function usedBy({ containers }: TaskUsage): Amounts {
  return {
    cpuUnits: containers.reduce((sum, container) => sum + container.cpuUnits, 0),
    memoryMiB: containers.reduce((sum, container) => sum + container.memoryBytes, 0) / MiB,
  };
}

/**
 * What is reserved for a task: its own size, or what its containers add up to, of memory the soft limit where there is
 * one ("Amazon ECS service utilization metrics"). 0 where nothing is.
 */
export function reservedFor(task: Pick<TaskRecord, "cpu" | "memory" | "containers">): Amounts {
  const sum = (amounts: readonly (string | undefined)[]) => amounts.reduce((all, each) => all + Number(each ?? 0), 0);
  return {
    cpuUnits: task.cpu === undefined ? sum(task.containers.map(({ cpu }) => cpu)) : Number(task.cpu),
    memoryMiB:
      task.memory === undefined
        ? sum(task.containers.map(({ memory, memoryReservation }) => memoryReservation ?? memory))
        : Number(task.memory),
  };
}

/** Undefined where nothing is reserved. */
export function percentOf(used: number, reserved: number): number | undefined {
  return reserved > 0 ? (used / reserved) * 100 : undefined;
}
