import type { SandboxPort } from "#host/runtime/driver.ts";
import type { ContainerPayload, ContainerStateChange, TaskStateChange } from "#kernel/agent-protocol.ts";
import { type NetworkBinding, type PortMapping, portsOf } from "#kernel/port-mapping.ts";
import { hasRun, phaseOf } from "./phase.ts";
import { memoryOf, type Task } from "./state.ts";
import { type CleanupTimes, isOver } from "./stop.ts";

export type Report = Omit<TaskStateChange, "sequence">;

/** What the control plane is to know of the task; undefined while the agent itself does not know, or nobody asks. */
export function reportOf(task: Task, times: CleanupTimes, now: number): Report | undefined {
  if (!task.live.listed || task.unwanted || task.live.forgotten) return undefined;
  const { memory, payload } = task;
  const status = isOver(task, times, now) ? "STOPPED" : memory.startedAt === undefined ? "PENDING" : "RUNNING";
  return defined<Report>({
    taskArn: payload.taskArn,
    status,
    stopCode: memory.stop?.code,
    reason: memory.stop?.reason,
    containers: payload.containers.map((container) => containerReport(task, container)),
    pullStartedAt: memory.pullStartedAt,
    pullStoppedAt: memory.pullStoppedAt,
    startedAt: memory.startedAt,
    executionStoppedAt: memory.executionStoppedAt,
  });
}

function containerReport(task: Task, container: ContainerPayload): ContainerStateChange {
  const memory = memoryOf(task, container.name);
  return defined<ContainerStateChange>({
    containerName: container.name,
    status: statusOf(task, container.name),
    runtimeId: memory.runtimeId,
    imageDigest: memory.image?.digest,
    exitCode: memory.ended?.exitCode,
    reason: memory.ended?.reason,
    restartCount: container.restartPolicy?.enabled ? memory.restartCount : undefined,
    networkBindings: bindingsOf(task, container),
  });
}

/** A container that is being started again counts as running. */
function statusOf(task: Task, name: string): "PENDING" | "RUNNING" | "STOPPED" {
  if (phaseOf(task, name) === "ended") return "STOPPED";
  return hasRun(task, name) ? "RUNNING" : "PENDING";
}

/**
 * Ports of the host under which a container is reached; in awsvpc mode it has its own address instead. Undefined when
 * there is nothing to tell (any more).
 */
export function bindingsOf(task: Task, container: ContainerPayload): NetworkBinding[] | undefined {
  const { payload, live } = task;
  if (payload.networkMode === "awsvpc" || payload.networkMode === "none" || !hasRun(task, container.name))
    return undefined;
  if (payload.networkMode === "host") return container.portMappings.flatMap(ownPort);
  // Where the host has IPv6, the engine binds the same ports there too.
  const bound = (live.sandbox?.ports ?? []).filter(({ hostIp }) => !hostIp.includes(":"));
  if (bound.length === 0) return undefined;
  const named = new Set(container.portMappings.flatMap(({ hostPort }) => hostPort || []));
  const chosen = bound.filter(({ hostPort }) => !named.has(hostPort));
  return container.portMappings.flatMap((mapping) => bindingOf(mapping, mapping.hostPort ? bound : chosen));
}

function ownPort({ containerPort, protocol }: PortMapping): NetworkBinding[] {
  if (containerPort === undefined) return [];
  return [{ bindIP: "0.0.0.0", containerPort, hostPort: containerPort, protocol }];
}

/** Takes what it tells of out of `bound`: the same port of a container may be mapped several times. */
function bindingOf(mapping: PortMapping, bound: SandboxPort[]): NetworkBinding[] {
  const { containerPort, containerPortRange, hostPort = 0, protocol } = mapping;
  const taken = portsOf(containerPort, containerPortRange).flatMap((port) => {
    const fits = (each: SandboxPort) => each.containerPort === port && each.protocol === protocol;
    const at = bound.findIndex((each) => fits(each) && (hostPort === 0 || each.hostPort === hostPort));
    return at < 0 ? [] : bound.splice(at, 1);
  });
  const [first, last] = [taken[0], taken.at(-1)];
  if (first === undefined || last === undefined) return [];
  const bindIP = first.hostIp === "" ? "0.0.0.0" : first.hostIp;
  if (containerPortRange === undefined)
    return [{ bindIP, containerPort: first.containerPort, hostPort: first.hostPort, protocol }];
  return [{ bindIP, containerPortRange, hostPortRange: `${first.hostPort}-${last.hostPort}`, protocol }];
}

/**
 * Two reports with the same key say the same. Left out is what may come with the next change.
 */
export function reportKey(report: Report): string {
  const { pullStartedAt: _started, pullStoppedAt: _stopped, containers, ...rest } = report;
  const shown = containers.map(({ runtimeId: _id, imageDigest: _digest, ...container }) => container);
  return JSON.stringify({ ...rest, containers: shown });
}

/** Leaves out what is undefined: messages are plain JSON data. */
function defined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  const result: Partial<T> = {};
  for (const name of Object.keys(value) as (keyof T)[]) {
    const member = value[name];
    if (member !== undefined) result[name] = member;
  }
  return result as T;
}
