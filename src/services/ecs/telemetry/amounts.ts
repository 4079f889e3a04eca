import type { TaskUsage } from "#kernel/usage.ts";
import type { TaskRecord } from "../model/task.ts";
import type { Amounts } from "../tasks/reserved.ts";

/** A task that runs, and what its containers have used in an interval. */
export interface MeasuredTask {
  readonly task: TaskRecord;
  readonly usage: TaskUsage;
}

export const MiB = 1024 * 1024;

export function usedBy({ containers }: TaskUsage): Amounts {
  return {
    cpuUnits: containers.reduce((sum, container) => sum + container.cpuUnits, 0),
    memoryMiB: containers.reduce((sum, container) => sum + container.memoryBytes, 0) / MiB,
  };
}

/** Undefined where nothing is reserved. */
export function percentOf(used: number, reserved: number): number | undefined {
  return reserved > 0 ? (used / reserved) * 100 : undefined;
}
