import type { ContainerPayload } from "#kernel/agent-protocol.ts";
import { memoryOf, type Task } from "./state.ts";

/**
 * Where a container is: `waiting` to be made, `created` (or made and to be started again), `running`, `ended`. One that
 * failed to start and runs nevertheless (its start was given up before the engine was through) counts as ended, but is
 * `alive`.
 */
export type Phase = "waiting" | "created" | "running" | "ended";

export function phaseOf(task: Task, name: string): Phase {
  const memory = memoryOf(task, name);
  if (memory.ended !== undefined) return "ended";
  if (memory.startedAt !== undefined) return "running";
  return memory.runtimeId === undefined ? "waiting" : "created";
}

/** Whether the container has a process that must be stopped. */
export function isAlive(task: Task, name: string): boolean {
  return phaseOf(task, name) === "running" || task.live.sightings[name]?.state === "running";
}

/** Whether it ran, now or before. */
export function hasRun(task: Task, name: string): boolean {
  const memory = memoryOf(task, name);
  return memory.startedAt !== undefined || memory.restartCount > 0 || memory.ended?.exitCode !== undefined;
}

/** The task is on its way out: told to, or by itself. */
export function isStopping(task: Task): boolean {
  return task.unwanted || task.payload.desiredStatus === "STOPPED" || task.memory.stop !== undefined;
}

export function hasEnded(task: Task): boolean {
  return task.payload.containers.every(({ name }) => phaseOf(task, name) === "ended" && !isAlive(task, name));
}

export function isUnderway(task: Task, key: string): boolean {
  return task.live.underway.includes(key);
}

/** Containers that need this one, and so are stopped before it. */
export function dependentsOf(task: Task, name: string): readonly ContainerPayload[] {
  return task.payload.containers.filter((container) =>
    container.dependsOn.some((dependency) => dependency.containerName === name),
  );
}
