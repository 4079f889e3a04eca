import type { Rollout } from "../../model/service.ts";
import type { TaskRecord } from "../../model/task.ts";
import { paced, quickEndMs } from "./backoff.ts";
import { countFailures } from "./breaker.ts";
import type { Draft } from "./draft.ts";
import type { Member } from "./health.ts";

/**
 * Takes the ends of tasks into account, each once: failures of their deployments or task sets, and the pacing of
 * further starts.
 */
export function countEnds(draft: Draft, members: readonly Member[]): void {
  const ended = members.filter(({ condition }) => condition === "ended").map(({ task }) => task);
  draft.accounted.push(...ended);
  tellFaults(
    draft,
    ended.map(({ value }) => value),
  );
  for (const deployment of draft.service.deployments) {
    const next = counted(deployment, draft, members);
    if (next !== deployment) draft.replaceDeployment(next);
  }
  for (const taskSet of draft.taskSets) {
    const next = counted(taskSet, draft, members);
    if (next !== taskSet) draft.replaceTaskSet(next);
  }
}

/**
 * Why tasks on Fargate could not be started, where the task itself says it and not one of its containers. Of many that
 * have failed together one of a kind is told of: they differ in the ids of requests at most.
 */
function tellFaults(draft: Draft, ended: readonly TaskRecord[]): void {
  const told = new Set<string>();
  for (const { launchType, stopCode, stoppedReason = "" } of ended) {
    if (launchType !== "FARGATE" || stopCode !== "TaskFailedToStart") continue;
    const kind = /^\w+Error(?=: )/.exec(stoppedReason)?.[0];
    if (kind === undefined || told.has(kind)) continue;
    told.add(kind);
    draft.tell((words) => words.cannotStart(stoppedReason));
  }
}

function counted<Kind extends Rollout>(rollout: Kind, draft: Draft, members: readonly Member[]): Kind {
  const own = members.filter((member) => member.deploymentId === rollout.id);
  return withPace(withFailures(rollout, draft, own), draft, own);
}

function withFailures<Kind extends Rollout>(deployment: Kind, draft: Draft, own: readonly Member[]): Kind {
  const failures = own.filter((member) => member.condition === "ended" && failedToStart(member)).length;
  const { lastFailureAt } = deployment;
  const healthySinceLastFailure =
    lastFailureAt !== undefined &&
    own.some(({ condition, healthyAt }) => condition === "healthy" && healthyAt! > lastFailureAt);
  if (failures === 0 && !healthySinceLastFailure) return deployment;
  const breaker = draft.service.deploymentConfiguration.deploymentCircuitBreaker;
  const failedTasks = countFailures(deployment.failedTasks, { failures, healthySinceLastFailure }, breaker);
  // Reached again in the next plan, a healthy task must not set back what has failed after it.
  const rest = without(deployment, "lastFailureAt");
  return { ...rest, failedTasks, ...(failures > 0 && { lastFailureAt: draft.view.now }) };
}

/** Both are optional, so that what is left is of the same kind. */
function without<Kind extends Rollout>(rollout: Kind, field: "lastFailureAt" | "backoff"): Kind {
  const { [field]: _, ...rest } = rollout;
  return rest as Kind;
}

function withPace<Kind extends Rollout>(deployment: Kind, draft: Draft, own: readonly Member[]): Kind {
  const { now } = draft.view;
  const failed = own
    .filter(({ condition }) => condition === "ended")
    .map(({ task }) => task.value)
    .filter((task) => neverStarted(task) || endedQuickly(task, now));
  const { backoff } = deployment;
  const after = paced(draft, backoff, failed);
  if (after !== undefined && after !== backoff) return { ...deployment, backoff: after };
  const recovered = own.some(
    ({ condition, task }) => condition === "healthy" && task.value.createdAt >= (backoff?.retryAt ?? Infinity),
  );
  return recovered ? without(deployment, "backoff") : deployment;
}

/** Somebody has stopped the task, or taken its capacity away: no fault of its own. */
const blameless: ReadonlySet<TaskRecord["stopCode"]> = new Set([
  "UserInitiated",
  "SpotInterruption",
  "TerminationNotice",
] as const);

/**
 * What the circuit breaker counts: also a task that was RUNNING and ended by itself before its health checks had
 * passed. Where there are none, being RUNNING is all that is asked of it.
 */
function failedToStart({ task, proven }: Member): boolean {
  return neverStarted(task.value) || (!proven && task.value.stopCode === "EssentialContainerExited");
}

/** It failed before it was RUNNING. */
function neverStarted({ startedAt, stopCode }: TaskRecord): boolean {
  return startedAt === undefined && !blameless.has(stopCode);
}

/** It ended by itself, soon after it had started. */
function endedQuickly(task: TaskRecord, now: number): boolean {
  if (task.startedAt === undefined || task.stopCode !== "EssentialContainerExited") return false;
  return (task.executionStoppedAt ?? now) - task.startedAt < quickEndMs;
}
