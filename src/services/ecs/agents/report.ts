import { isDeepStrictEqual } from "node:util";
import type { ContainerStateChange, HealthMessage, TaskStateChange } from "#kernel/agent-protocol.ts";
import { changeTask, type TaskContainer, type TaskRecord } from "../model/task.ts";

/**
 * The task's record after the agent's report, or undefined when the report says nothing new (an old one that came late,
 * or one that came twice). The report never moves `lastStatus`: the task controller's plan does, following it. Both are
 * one version of the task, which `countChange` counts.
 */
export function applyReport(task: TaskRecord, report: TaskStateChange): TaskRecord | undefined {
  if (task.agent !== undefined && report.sequence <= task.agent.sequence) return undefined;
  // An end is an end, though an agent that has started again tells of it once more.
  if (task.agent?.status === "STOPPED") return undefined;
  const reports = new Map(report.containers.map((container) => [container.containerName, container]));
  return {
    ...task,
    agent: { status: report.status, sequence: report.sequence },
    containers: task.containers.map((container) => applyContainer(container, reports.get(container.name))),
    ...defined({
      // What was told first holds: an agent that has started again may pull again.
      pullStartedAt: task.pullStartedAt ?? report.pullStartedAt,
      pullStoppedAt: task.pullStoppedAt ?? report.pullStoppedAt,
      // A task that was told to stop before it had started never has, though its containers may have been on the way.
      startedAt: task.lastStatus === "PENDING" ? report.startedAt : undefined,
      executionStoppedAt: task.executionStoppedAt ?? notBefore(task.startedAt, report.executionStoppedAt),
    }),
    ...ending(task, report),
  };
}

/**
 * The changed record with its version counted up, unless the agent has told nothing anew that is shown: one that has
 * started again tells of all its tasks.
 */
export function countChange(before: TaskRecord, changed: TaskRecord): TaskRecord {
  const { agent } = before;
  const isShown = !isDeepStrictEqual({ ...changed, ...(agent && { agent }) }, before);
  return isShown ? changeTask(changed, {}) : changed;
}

/** An end that an agent saw late may lie before the start that was told already. */
function notBefore(earliest = 0, time: number | undefined): number | undefined {
  return time === undefined ? undefined : Math.max(earliest, time);
}

/** A task that ends by itself is no longer wanted; who stopped it first has the word on why. */
function ending(task: TaskRecord, report: TaskStateChange): Partial<TaskRecord> {
  if (report.stopCode === undefined && report.status !== "STOPPED") return {};
  if (task.desiredStatus === "STOPPED") return {};
  return {
    desiredStatus: "STOPPED",
    ...defined({ stopCode: report.stopCode, stoppedReason: report.reason }),
  };
}

function applyContainer(container: TaskContainer, change: ContainerStateChange | undefined): TaskContainer {
  if (change === undefined) return container;
  return {
    ...container,
    lastStatus: change.status,
    ...defined({
      runtimeId: change.runtimeId,
      imageDigest: change.imageDigest,
      exitCode: change.exitCode,
      reason: change.reason,
      networkBindings: change.networkBindings,
    }),
  };
}

/**
 * The task's record after a health message of the telemetry session, or undefined when it says nothing new. Messages
 * may overtake each other: of a container the latest change holds.
 */
export function applyHealth(task: TaskRecord, message: HealthMessage["tasks"][number]): TaskRecord | undefined {
  if (task.lastStatus === "STOPPED") return undefined;
  const told = new Map(message.containers.map((container) => [container.containerName, container]));
  let changed = false;
  const containers = task.containers.map((container) => {
    const health = told.get(container.name);
    if (health === undefined || health.statusSince <= (container.healthStatusSince ?? 0)) return container;
    changed = true;
    const { healthOutput: _, ...rest } = container;
    return {
      ...rest,
      healthStatus: health.healthStatus,
      healthStatusSince: health.statusSince,
      ...(health.output !== undefined && { healthOutput: health.output }),
    };
  });
  return changed ? changeTask(task, { containers }) : undefined;
}

/** Without the fields that are undefined, so that spreading it overwrites nothing. */
function defined<T extends object>(fields: T): Partial<T> {
  const result: Partial<T> = {};
  for (const name of Object.keys(fields) as (keyof T)[]) {
    if (fields[name] !== undefined) result[name] = fields[name];
  }
  return result;
}
