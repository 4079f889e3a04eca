import { changeTask, type TaskRecord, type TaskStatus } from "../../model/task.ts";

/** The next step of a task's life: its new record, or why there is none yet. */
export type TaskPlan =
  | { readonly next: TaskRecord; readonly releaseInterface: boolean }
  | { readonly waitingFor: string; readonly lookAgainAt?: number };

/** What keeps a task from being stopped: its service still has it in Cloud Map, or somebody sends to it. */
export interface TaskHolds {
  readonly isRegistered?: boolean;
  readonly isTarget?: boolean;
  readonly drains?: boolean;
  /** Proxies of other tasks may send to it until then: they hear of its deregistration, and requests end. */
  readonly sentToUntil?: number;
}

/**
 * Decides the next transition from what the user wants (`desiredStatus`) and what the agent reported (`agent`), one
 * state at a time, as "Amazon ECS task lifecycle" describes. `now` in milliseconds since the epoch.
 */
export function planTask(task: TaskRecord, now: number, held: TaskHolds = {}): TaskPlan {
  switch (task.lastStatus) {
    case "PENDING":
      if (hasStarted(task)) return step(task, "ACTIVATING");
      if (mustStop(task)) return step(task, "STOPPING", { stoppingAt: task.stoppingAt ?? now });
      return { waitingFor: "the agent to pull the images and start the containers" };
    case "ACTIVATING":
      // A task whose process was quick has still run: it passes RUNNING on its way, as on AWS.
      if (mustStop(task) && !endedByItself(task))
        return step(task, "DEACTIVATING", { stoppingAt: task.stoppingAt ?? now });
      return step(task, "RUNNING", { startedAt: task.startedAt ?? now });
    case "RUNNING":
      if (mustStop(task)) return step(task, "DEACTIVATING", { stoppingAt: task.stoppingAt ?? now });
      return { waitingFor: "nothing: it runs" };
    case "DEACTIVATING":
      if (held.isRegistered) return { waitingFor: "its deregistration from Cloud Map" };
      if (held.isTarget) return { waitingFor: "its deregistration from load balancers" };
      // A task that is gone has nothing left to drain.
      if (task.agent?.status === "STOPPED") return step(task, "STOPPING");
      if (held.drains) return { waitingFor: "load balancers to drain it" };
      if (held.sentToUntil !== undefined && now < held.sentToUntil)
        return { waitingFor: "the proxies of Service Connect to send elsewhere", lookAgainAt: held.sentToUntil };
      return step(task, "STOPPING");
    case "STOPPING":
      if (task.agent?.status === "STOPPED" || task.hostId === undefined) return step(task, "DEPROVISIONING");
      return { waitingFor: "the agent to stop the containers" };
    case "DEPROVISIONING":
      return { ...step(task, "STOPPED", stopped(task, now)), releaseInterface: task.networkInterface !== undefined };
    case "PROVISIONING":
      return { waitingFor: "the scheduler to place it" };
    case "STOPPED":
      return { waitingFor: "nothing: it has stopped" };
  }
}

/**
 * A record that the agent's report has just changed, with the step that follows where that needs no look at anything
 * else: both are one version of the task, and one commit.
 */
export function stepAfterReport(reported: TaskRecord, now: number): TaskRecord {
  if (!["PENDING", "ACTIVATING", "RUNNING", "STOPPING"].includes(reported.lastStatus)) return reported;
  const plan = planTask(reported, now);
  return "next" in plan ? { ...plan.next, version: reported.version } : reported;
}

function step(task: TaskRecord, lastStatus: TaskStatus, change: Partial<TaskRecord> = {}) {
  return { next: changeTask(task, { ...change, lastStatus }), releaseInterface: false };
}

function hasStarted(task: TaskRecord): boolean {
  return task.agent !== undefined && task.agent.status !== "PENDING" && task.startedAt !== undefined;
}

function mustStop(task: TaskRecord): boolean {
  return task.desiredStatus === "STOPPED" || task.agent?.status === "STOPPED";
}

function endedByItself(task: TaskRecord): boolean {
  return task.stopCode === "EssentialContainerExited";
}

function stopped(task: TaskRecord, now: number): Partial<TaskRecord> {
  return {
    desiredStatus: "STOPPED",
    stoppedAt: now,
    containers: task.containers.map((container) => ({ ...container, lastStatus: "STOPPED" })),
    attachments: task.attachments.map((attachment) => ({ ...attachment, status: "DELETED" })),
  };
}
