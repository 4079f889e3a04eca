import type { TaskRecord } from "../model/task.ts";

export interface Amounts {
  /** 1024 are one core. */
  readonly cpuUnits: number;
  readonly memoryMiB: number;
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
