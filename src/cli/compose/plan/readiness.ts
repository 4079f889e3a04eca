import type { Task } from "#generated/ecs/types.ts";
import type { Dependency } from "../model.ts";

export interface Watched {
  readonly kind: "service" | "job";
  readonly replicas: number;
  readonly hasHealthCheck: boolean;
  readonly taskDefinitionArn: string;
  /** Tasks from before do not count as failures. Seconds since the epoch. */
  readonly sinceSeconds: number;
}

export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly text: string }
  | { readonly state: "failed"; readonly text: string };

/** So many tasks may fail before nothing good is expected any more. */
const toleratedFailures = 3;

/** Whether a service, of which these are all tasks within the hour, is where another may start; what it waits for. */
export function readinessOf(watched: Watched, condition: Dependency["condition"], tasks: readonly Task[]): Readiness {
  const own = tasks.filter(({ taskDefinitionArn }) => taskDefinitionArn === watched.taskDefinitionArn);
  const fresh = own.filter(({ createdAt = 0 }) => createdAt >= watched.sinceSeconds);
  const completing = condition === "service_completed_successfully";
  if (watched.kind === "job") return jobReadiness(watched, completing, fresh);
  const failure = failureOf(fresh);
  if (failure !== undefined) return { state: "failed", text: failure };
  const running = own.filter(
    ({ lastStatus, desiredStatus }) => lastStatus === "RUNNING" && desiredStatus === "RUNNING",
  );
  const awaitsHealth = condition === "service_healthy" && watched.hasHealthCheck;
  const unhealthy = running.find(({ healthStatus }) => healthStatus === "UNHEALTHY");
  if (awaitsHealth && unhealthy !== undefined)
    return { state: "failed", text: `is unhealthy (task ${idOf(unhealthy)})` };
  const good = awaitsHealth ? running.filter(({ healthStatus }) => healthStatus === "HEALTHY") : running;
  if (good.length >= watched.replicas) return { state: "ready" };
  const newest = own.findLast(({ desiredStatus }) => desiredStatus === "RUNNING");
  const status =
    awaitsHealth && newest?.lastStatus === "RUNNING" ? "health check" : (newest?.lastStatus ?? "no task yet");
  return { state: "waiting", text: `${good.length}/${watched.replicas} ${status}` };
}

function jobReadiness({ replicas }: Watched, completing: boolean, tasks: readonly Task[]): Readiness {
  const ended = tasks.filter(({ lastStatus }) => lastStatus === "STOPPED");
  const bad = ended.find((task) => exitCodeOf(task) !== 0);
  if (bad !== undefined) return { state: "failed", text: endOf(bad) };
  const there = completing
    ? ended
    : tasks.filter(({ lastStatus }) => lastStatus === "RUNNING" || lastStatus === "STOPPED");
  if (there.length >= replicas) return { state: "ready" };
  return { state: "waiting", text: tasks.at(-1)?.lastStatus ?? "no task yet" };
}

/** What a service's tasks ended of, when they did so often, or will always do so. */
function failureOf(tasks: readonly Task[]): string | undefined {
  const ended = tasks.filter(
    ({ lastStatus, stopCode }) =>
      lastStatus === "STOPPED" && stopCode !== "ServiceSchedulerInitiated" && stopCode !== "UserInitiated",
  );
  const last = ended.at(-1);
  if (last === undefined) return undefined;
  const hopeless = /^CannotPull|ResourceInitializationError|CannotStartContainer|CannotCreateContainer/;
  const never = hopeless.test(last.containers?.find(({ reason }) => reason)?.reason ?? last.stoppedReason ?? "");
  return never || ended.length >= toleratedFailures ? endOf(last) : undefined;
}

/** Of the container that the task is there for: the first one. */
export function exitCodeOf(task: Task): number | undefined {
  return task.containers?.[0]?.exitCode;
}

/** How a task ended, for people: `exited with 1`, or why it did not run. */
export function endOf(task: Task): string {
  const code = exitCodeOf(task);
  const reason = task.containers?.find((container) => container.reason)?.reason ?? task.stoppedReason;
  return code === undefined ? `did not run: ${reason ?? "no reason is known"}` : `exited with ${code}`;
}

function idOf({ taskArn = "" }: Task): string {
  return taskArn.split("/").at(-1)!.slice(0, 8);
}
