import { planPlacement } from "../controllers/scheduler/plan.ts";
import { planTask } from "../controllers/task/plan.ts";
import { changeTask, type TaskContainer, type TaskRecord } from "../model/task.ts";
import type { Durations } from "./durations.ts";
import { type Fork, noteTask, schedulerViewOf, setTask, type Whereabouts, whereabouts } from "./fork.ts";

/** How tasks that are started fail, if they do. */
export type Failure = "start" | "exit" | "health";

/** What stands for the hosts: how long tasks take, and what becomes of those that are started from now on. */
export interface TaskModel {
  readonly durations: Durations;
  readonly failure?: Failure;
  /** Whether a task is one of those that fail: a new one, and where something is deployed one of that. */
  readonly fails: (task: TaskRecord) => boolean;
}

/** So long a container runs that ends by itself. */
const exitMs = 1_000;

/** When something happens to a task next, and its record afterwards; undefined: nothing does by itself. */
export interface TaskEvent {
  readonly at: number;
  readonly task: TaskRecord;
  /** The end of a sentence. */
  readonly what:
    | "reached RUNNING"
    | "failed to start"
    | "ended"
    | "passed health checks"
    | "failed health checks"
    | "reached STOPPED";
  readonly next: (now: number) => TaskRecord;
  /** What load balancers find out with it. */
  readonly target?: "healthy" | "unhealthy";
}

/** Places what can be placed, and lets every task go as far as it goes without its agent. */
export function moveTasks(fork: Fork): void {
  let found: Whereabouts | undefined;
  for (const task of fork.tasks.values()) {
    if (task.lastStatus === "PROVISIONING") found ??= whereabouts(fork);
    const placed = task.lastStatus === "PROVISIONING" ? place(fork, task, found!) : task;
    const next = follow(placed, fork.now);
    if (next !== task) setTask(fork, next);
  }
}

/** By the plans of the real scheduler and the real task controller. */
function place(fork: Fork, task: TaskRecord, found: Whereabouts): TaskRecord {
  const placement = planPlacement(task, schedulerViewOf(fork, task, found));
  if (placement.type === "wait") return task;
  if (placement.type === "stop") return changeTask(task, { ...placement.change, lastStatus: "DEPROVISIONING" });
  const { hostId, availabilityZone, subnetId } = placement;
  if (subnetId !== undefined) fork.interfaces.set(task.id, subnetId);
  const placed = changeTask(task, { lastStatus: "PENDING", hostId, availabilityZone });
  noteTask(found, placed, subnetId);
  return placed;
}

function follow(task: TaskRecord, now: number): TaskRecord {
  for (let current = task; ; ) {
    const plan = planTask(current, now);
    if ("waitingFor" in plan) return current;
    current = plan.next;
  }
}

export function nextEvent(fork: Fork, task: TaskRecord, model: TaskModel): TaskEvent | undefined {
  const { durations } = model;
  if (task.hostId === undefined || task.agent?.status === "STOPPED") return undefined;
  if (task.lastStatus === "STOPPING") {
    return { at: task.stoppingAt! + durations.stopMs, task, what: "reached STOPPED", next: () => ended(task, {}) };
  }
  if (task.desiredStatus === "STOPPED") return undefined;
  const failure = model.fails(task) ? model.failure : undefined;
  if (task.lastStatus === "PENDING") return starting(task, durations, failure);
  if (task.lastStatus !== "RUNNING") return undefined;
  if (failure === "exit")
    return { at: task.startedAt! + exitMs, task, what: "ended", next: (now) => crashed(task, now) };
  return checked(fork, task, durations.healthyMs, failure);
}

function starting(task: TaskRecord, { startMs }: Durations, failure: Failure | undefined): TaskEvent {
  const at = task.createdAt + startMs;
  if (failure !== "start") return { at, task, what: "reached RUNNING", next: (now) => started(task, now) };
  const reason = {
    stopCode: "TaskFailedToStart",
    stoppedReason: "Task failed to start",
    desiredStatus: "STOPPED",
  } as const;
  return { at, task, what: "failed to start", next: () => ended(task, reason) };
}

/** The first look of health checks, of containers and of load balancers. */
function checked(fork: Fork, task: TaskRecord, healthyMs: number, failure?: Failure): TaskEvent | undefined {
  const isOpen = ({ hasHealthCheck, healthStatus = "UNKNOWN" }: TaskContainer) =>
    hasHealthCheck && healthStatus === "UNKNOWN";
  const target = fork.surroundings.targetHealth(task)?.state === "initial";
  if (!target && !task.containers.some(isOpen)) return undefined;
  const fails = failure === "health";
  const healthStatus = fails ? "UNHEALTHY" : "HEALTHY";
  return {
    ...{ at: task.startedAt! + healthyMs, task },
    what: fails ? "failed health checks" : "passed health checks",
    ...(target && { target: fails ? "unhealthy" : "healthy" }),
    next: (now) =>
      changeTask(task, {
        containers: task.containers.map((each) =>
          isOpen(each) ? { ...each, healthStatus, healthStatusSince: now } : each,
        ),
      }),
  };
}

function started(task: TaskRecord, now: number): TaskRecord {
  return changeTask(task, {
    ...{ startedAt: now, agent: { status: "RUNNING", sequence: 1 } },
    containers: task.containers.map((container) => ({ ...container, lastStatus: "RUNNING" })),
  });
}

function ended(task: TaskRecord, reason: Partial<TaskRecord>): TaskRecord {
  return changeTask(task, { ...reason, agent: { status: "STOPPED", sequence: 2 } });
}

/** An essential container has ended by itself. */
export function crashed(task: TaskRecord, now: number): TaskRecord {
  return ended(task, {
    ...{ stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited" },
    ...{ desiredStatus: "STOPPED", executionStoppedAt: now },
  });
}

/** Its host is gone, and the platform has noticed. */
export function lost(task: TaskRecord, now: number): TaskRecord {
  const stoppedReason = `The host ${task.hostId} died`;
  return ended(task, {
    ...{ stopCode: "TerminationNotice", stoppedReason },
    ...{ desiredStatus: "STOPPED", executionStoppedAt: now },
  });
}
