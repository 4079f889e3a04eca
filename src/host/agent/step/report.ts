import type {
  ContainerPayload,
  ContainerStateChange,
  NetworkBinding,
  TaskStateChange,
} from "#kernel/agent-protocol.ts";
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

/** Ports of the host under which a container is reached; in awsvpc mode it has its own address instead. */
export function bindingsOf(task: Task, container: ContainerPayload): NetworkBinding[] | undefined {
  const { payload, live } = task;
  if (payload.networkMode === "awsvpc" || payload.networkMode === "none" || !hasRun(task, container.name))
    return undefined;
  if (payload.networkMode === "host") {
    return container.portMappings.map(({ containerPort, protocol }) => {
      return { bindIP: "0.0.0.0", containerPort, hostPort: containerPort, protocol };
    });
  }
  return container.portMappings.flatMap(({ containerPort, protocol }) => {
    const port = live.sandbox?.ports.find((each) => each.containerPort === containerPort && each.protocol === protocol);
    return port === undefined
      ? []
      : [{ bindIP: port.hostIp === "" ? "0.0.0.0" : port.hostIp, containerPort, hostPort: port.hostPort, protocol }];
  });
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
