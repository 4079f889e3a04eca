import { hasRun, isStopping, phaseOf } from "./phase.ts";
import { dependencyNeverStarts, dependencyTimedOut, dependencyUnsuccessful } from "./reasons.ts";
import { memoryOf, type Task } from "./state.ts";

/** Whether what a container depends on is there: yes, not yet (until when, and for what), or never. */
export type Readiness =
  | { readonly is: "ready" }
  | { readonly is: "waiting"; readonly waitingFor: string; readonly until?: number }
  | { readonly is: "impossible"; readonly reason: string };

type Condition = "START" | "COMPLETE" | "SUCCESS" | "HEALTHY";

/**
 * The start order of Amazon ECS. `startTimeout` is the dependency's: it counts from the dependency's start, and does
 * not apply to START.
 */
export function readinessOf(task: Task, name: string, now: number): Readiness {
  const target = task.payload.containers.find((container) => container.name === name)!;
  let readiness: Readiness = { is: "ready" };
  for (const { containerName, condition } of target.dependsOn) {
    const one = dependencyReadiness(task, containerName, condition, name, now);
    if (one.is === "impossible") return one;
    if (one.is === "waiting") readiness = earlier(readiness, one);
  }
  return readiness;
}

function dependencyReadiness(task: Task, name: string, condition: Condition, target: string, now: number): Readiness {
  const dependency = task.payload.containers.find((container) => container.name === name);
  if (dependency === undefined) return { is: "impossible", reason: dependencyNeverStarts(name, target) };
  if (isMet(task, name, condition)) return { is: "ready" };
  const { ended, startedAt } = memoryOf(task, name);
  if (ended !== undefined) {
    const reason = hasRun(task, name) ? dependencyUnsuccessful(name, target) : dependencyNeverStarts(name, target);
    return { is: "impossible", reason };
  }
  const waitingFor = `container ${target} waits for ${name} to be ${wordsOf[condition]}`;
  if (condition === "START" || startedAt === undefined || dependency.startTimeout === undefined) {
    return { is: "waiting", waitingFor };
  }
  const until = startedAt + dependency.startTimeout * 1000;
  if (now >= until) return { is: "impossible", reason: dependencyTimedOut(name, target) };
  return { is: "waiting", waitingFor, until };
}

const wordsOf = { START: "started", COMPLETE: "complete", SUCCESS: "successful", HEALTHY: "healthy" } as const;

function isMet(task: Task, name: string, condition: Condition): boolean {
  const { ended, health } = memoryOf(task, name);
  switch (condition) {
    case "START":
      return hasRun(task, name);
    case "COMPLETE":
      return ended?.exitCode !== undefined;
    case "SUCCESS":
      return ended?.exitCode === 0;
    case "HEALTHY":
      return phaseOf(task, name) === "running" && health?.status === "HEALTHY";
  }
}

function earlier(a: Readiness, b: Readiness & { is: "waiting" }): Readiness {
  if (a.is !== "waiting") return b;
  const until = Math.min(a.until ?? Number.POSITIVE_INFINITY, b.until ?? Number.POSITIVE_INFINITY);
  return { is: "waiting", waitingFor: a.waitingFor, ...(Number.isFinite(until) ? { until } : {}) };
}

/** Containers that can never start because of one that they depend on, with the reason. */
export function impossibleContainers(task: Task, now: number): { name: string; reason: string }[] {
  if (isStopping(task)) return [];
  return task.payload.containers.flatMap(({ name }) => {
    if (phaseOf(task, name) !== "waiting") return [];
    const readiness = readinessOf(task, name, now);
    return readiness.is === "impossible" ? [{ name, reason: readiness.reason }] : [];
  });
}
