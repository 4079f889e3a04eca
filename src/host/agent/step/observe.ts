import type { ContainerStatus, SandboxStatus } from "#host/runtime/driver.ts";
import type { ContainerPayload, HealthStatus } from "#kernel/agent-protocol.ts";
import { labels } from "../spec/labels.ts";
import { isStopping, isUnderway } from "./phase.ts";
import { containerVanished, outOfMemory, timedOut } from "./reasons.ts";
import { type Ended, type Input, memoryOf, type Task, withContainer, withLive } from "./state.ts";

type Listed = Extract<Input, { type: "listed" }>;

/** Takes over what the engine has of the task. What was known before the listing and is not in it is gone. */
export function observeListing(task: Task, { sandbox, before }: Listed, now: number): Task {
  const certain = (before.doubts ?? 0) === task.live.doubts;
  const clears = certain && !task.live.listed && task.live.doubts > 0;
  let next = withLive(task, { listed: task.live.listed || certain });
  if (isOutdated(task, sandbox, before.sandboxId)) return next;
  if (sandbox !== undefined) next = observeSandbox(next, sandbox, before.sandboxId);
  else if (before.sandboxId !== undefined && task.live.sandbox?.id === before.sandboxId) next = loseSandbox(next);
  const present = new Set((sandbox?.containers ?? []).map((container) => container.id));
  for (const status of sandbox?.containers ?? []) {
    if (clears) next = takeBack(next, status);
    next = observeContainer(next, status, now, "listed");
  }
  for (const id of before.runtimeIds) if (!present.has(id)) next = observeGone(next, id, now);
  return next;
}

/** The task has been given another sandbox since the listing began. */
function isOutdated({ live }: Task, found: SandboxStatus | undefined, knownBefore: string | undefined): boolean {
  const known = live.sandbox?.id;
  return known !== undefined && known !== knownBefore && found !== undefined && found.id !== known;
}

/** The engine said that it could not be started, and it runs after all. Nobody has been told yet. */
function takeBack(task: Task, status: ContainerStatus): Task {
  const name = nameOf(task, status);
  if (name === undefined || status.state !== "running") return task;
  const { ended, ...memory } = memoryOf(task, name);
  if (ended === undefined || ended.exitCode !== undefined || timedOut(ended.reason)) return task;
  return { ...task, memory: { ...task.memory, containers: { ...task.memory.containers, [name]: memory } } };
}

function nameOf(task: Task, status: ContainerStatus): string | undefined {
  return task.payload.containers.find(({ name }) => name === status.labels[labels.containerName])?.name;
}

function observeSandbox(task: Task, found: SandboxStatus, knownBefore: string | undefined): Task {
  const { id, hostname, pid, address, ports, running } = found;
  const known = task.live.sandbox;
  // The listing may have come upon it before its process was started: that it has none says nothing.
  const young = isUnderway(task, "createSandbox") || (known?.id === id && knownBefore !== id);
  if (young && !running) return task;
  // Another process of the same sandbox has another network namespace: the interface is to be plugged in again.
  const sameNamespace = known !== undefined && known.id === id && known.pid === pid;
  return withLive(task, {
    sandbox: { id, hostname, pid, ...(address === undefined ? {} : { address }), ports, running },
    attached: task.live.attached && sameNamespace,
  });
}

export function loseSandbox(task: Task): Task {
  const { sandbox: _gone, ...live } = task.live;
  return { ...task, live: { ...live, attached: false } };
}

/** Takes over one sighting of a container, unless a later one is known. */
export function observeContainer(
  task: Task,
  status: ContainerStatus,
  now: number,
  how: "looked at" | "listed" = "looked at",
): Task {
  const definition = task.payload.containers.find(({ name }) => name === status.labels[labels.containerName]);
  if (definition === undefined) return task;
  const { name } = definition;
  const memory = memoryOf(task, name);
  const known = task.live.sightings[name];
  if (known !== undefined && known.id === status.id && isOlder(status, known)) return task;
  let next = withLive(task, { sightings: { ...task.live.sightings, [name]: status } });
  // A restart is due for it, or on its way.
  if (status.finishedAt !== undefined && status.finishedAt === memory.answeredEnd && status.state === "exited") {
    return next;
  }
  if (memory.runtimeId !== status.id) {
    next = withContainer(next, name, { runtimeId: status.id, createdAt: memory.createdAt ?? now });
  }
  // Nothing tells which of two healths is the later: what a listing found may be older than what is known.
  const isLatest = how === "looked at" || memory.health === undefined;
  // Engines call what has ended unhealthy. As with Amazon ECS's agent the health stays as it was while it ran.
  if (isLatest && status.state !== "exited") next = observeHealth(next, definition, status, now);
  if (status.state === "running") return observeRunning(next, name, status, now);
  return status.state === "exited" ? observeExit(next, definition, status, now) : next;
}

function observeRunning(task: Task, name: string, status: ContainerStatus, now: number): Task {
  if (memoryOf(task, name).ended !== undefined) return task;
  return withContainer(task, name, { startedAt: status.startedAt ?? memoryOf(task, name).startedAt ?? now });
}

/** Sightings of one container are ordered by its latest start or end, then by state. */
function isOlder(a: ContainerStatus, b: ContainerStatus): boolean {
  const latest = ({ startedAt, finishedAt }: ContainerStatus) => Math.max(startedAt ?? 0, finishedAt ?? 0);
  const rank = { created: 0, running: 1, exited: 2 };
  return latest(a) < latest(b) || (latest(a) === latest(b) && rank[a.state] < rank[b.state]);
}

function observeHealth(task: Task, definition: ContainerPayload, status: ContainerStatus, now: number): Task {
  // Amazon ECS does not look at health checks that only the image defines.
  if (definition.healthCheck === undefined) return task;
  const seen: HealthStatus = healthOf[status.health];
  if (memoryOf(task, definition.name).health?.status === seen) return task;
  const output = seen === "UNHEALTHY" && status.healthOutput !== undefined ? { output: status.healthOutput } : {};
  return withContainer(task, definition.name, { health: { status: seen, since: now, ...output } });
}

const healthOf = { none: "UNKNOWN", starting: "UNKNOWN", healthy: "HEALTHY", unhealthy: "UNHEALTHY" } as const;

/** The container has ended: for good, or to be started again under its restart policy. */
function observeExit(task: Task, definition: ContainerPayload, status: ContainerStatus, now: number): Task {
  const { name } = definition;
  const memory = memoryOf(task, name);
  if (status.startedAt === undefined) return task;
  if (memory.ended !== undefined) {
    // It was given up, and ran all the same.
    if (memory.ended.exitCode !== undefined) return task;
    return withContainer(task, name, { ended: { ...memory.ended, exitCode: status.exitCode ?? 137 } });
  }
  if (!isStopping(task) && mayRestart(definition, status)) {
    const { startedAt: _ended, ...rest } = memory;
    const again = { ...rest, restartCount: memory.restartCount + 1, answeredEnd: status.finishedAt ?? now };
    return {
      ...task,
      memory: { ...task.memory, containers: { ...task.memory.containers, [name]: again } },
    };
  }
  return withContainer(task, name, { startedAt: status.startedAt, ended: endOf(status, now) });
}

function endOf(status: ContainerStatus, now: number): Ended {
  const reason = status.oomKilled ? outOfMemory : status.error === "" ? undefined : `DockerStateError: ${status.error}`;
  return {
    at: status.finishedAt ?? now,
    exitCode: status.exitCode ?? 137,
    ...(reason === undefined ? {} : { reason }),
  };
}

/**
 * The restart policy of Amazon ECS: not on an ignored exit code, and only after it has run for the period (300 s by
 * default) since its latest start.
 */
function mayRestart(
  { restartPolicy }: ContainerPayload,
  { exitCode, startedAt, finishedAt }: ContainerStatus,
): boolean {
  if (!restartPolicy?.enabled || exitCode === undefined || startedAt === undefined) return false;
  if (restartPolicy.ignoredExitCodes?.includes(exitCode)) return false;
  return (finishedAt ?? startedAt) - startedAt >= (restartPolicy.restartAttemptPeriod ?? 300) * 1000;
}

/** A container is not in the engine any more. */
export function observeGone(task: Task, runtimeId: string, now: number): Task {
  const name = Object.keys(task.memory.containers).find((each) => memoryOf(task, each).runtimeId === runtimeId);
  if (name === undefined) return task;
  const { [name]: _gone, ...sightings } = task.live.sightings;
  const next = withLive(task, { sightings });
  const memory = memoryOf(task, name);
  if (memory.ended !== undefined) return next;
  if (memory.startedAt !== undefined || memory.restartCount > 0) {
    return withContainer(next, name, { ended: { at: now, reason: containerVanished } });
  }
  const { runtimeId: _id, createdAt: _at, ...rest } = memory;
  return { ...next, memory: { ...next.memory, containers: { ...next.memory.containers, [name]: rest } } };
}
