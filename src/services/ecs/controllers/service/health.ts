import type { Entry } from "#kernel/store.ts";
import { type TaskRecord, taskHealth } from "../../model/task.ts";
import type { TaskTargetHealth } from "../../services/target-groups.ts";
import type { ServiceView, TaskPlace } from "./view.ts";

/**
 * How the scheduler sees a task of a service.
 * - `starting`: on its way to RUNNING.
 * - `settling`: it runs, and does not count as healthy yet.
 * - `healthy`, `unhealthy`: it runs.
 * - `ended`: it has ended, or is told to, and its end has not been accounted for.
 * - `leaving`: on its way out, accounted for.
 */
export type Condition = "starting" | "settling" | "healthy" | "unhealthy" | "ended" | "leaving";

export interface Member {
  readonly task: Entry<TaskRecord>;
  readonly deploymentId: string;
  readonly condition: Condition;
  /** It has a health check, of a container or of a load balancer: what it says counts, not the time. */
  readonly checked: boolean;
  /** What load balancers find wrong with it. */
  readonly failedTarget?: TaskTargetHealth;
  /** A check fails; within the grace period of its service it is settling all the same. */
  readonly failing: boolean;
  /** All of its checks have passed, as far as it has any: what it ended of afterwards is not its deployment's doing. */
  readonly proven: boolean;
  /** Since when it has been healthy, or from when on it will be when nothing happens; undefined: nobody knows. */
  readonly healthyAt?: number;
  /** It may not be stopped by a scale-in or a deployment yet. */
  readonly protected: boolean;
  /** Its container instance drains: it is to be replaced. */
  readonly drains: boolean;
  /** Its container instance. To find it costs something: it is asked only when tasks have to be chosen. */
  readonly place: () => TaskPlace | undefined;
}

/** What of a service's view tells the condition of its tasks. */
type HealthView = Pick<ServiceView, "now" | "settleMs" | "service" | "targetHealth" | "isDraining" | "instanceOf">;

/**
 * The condition of a task ("DeploymentConfiguration", Amazon ECS API: with health checks of essential containers or of
 * a load balancer all must be healthy; without any, 40 seconds after RUNNING). A task that is unhealthy within the
 * grace period of its service counts as settling.
 */
export function memberOf(task: Entry<TaskRecord>, view: HealthView): Member {
  const { value } = task;
  const target = view.targetHealth(value);
  const checks = checksOf(value, target?.state);
  const settledAt = settledAtOf(value, view, checks.length > 0);
  return {
    task,
    deploymentId: value.service!.deploymentId,
    condition: conditionOf(value, view, checks, settledAt),
    checked: checks.length > 0,
    failing: checks.includes("unhealthy"),
    proven: checks.every((check) => check === "healthy"),
    // A container that is known to be broken is the better reason.
    ...(target?.state === "unhealthy" && taskHealth(value) !== "UNHEALTHY" && { failedTarget: target }),
    ...(settledAt !== undefined && { healthyAt: settledAt }),
    protected: (value.service!.protectedUntil ?? 0) > view.now,
    drains: view.isDraining(value),
    place: () => view.instanceOf(value),
  };
}

type Check = "healthy" | "unhealthy" | "initial";

/** What each kind of health check says of the task. */
function checksOf(task: TaskRecord, target: Check | undefined): Check[] {
  const containers = task.containers.some(({ essential, hasHealthCheck }) => essential && hasHealthCheck);
  return [...(containers ? [containerCheck(task)] : []), ...(target === undefined ? [] : [target])];
}

function containerCheck(task: TaskRecord): Check {
  const health = taskHealth(task);
  return health === "HEALTHY" ? "healthy" : health === "UNHEALTHY" ? "unhealthy" : "initial";
}

function conditionOf(
  task: TaskRecord,
  { now, service }: HealthView,
  checks: readonly Check[],
  settledAt: number | undefined,
): Condition {
  if (task.desiredStatus === "STOPPED") return isAccounted(task, service) ? "leaving" : "ended";
  if (task.lastStatus !== "RUNNING") return "starting";
  if (checks.includes("unhealthy")) return now < graceEnd(task, service) ? "settling" : "unhealthy";
  if (checks.length > 0) return checks.includes("initial") ? "settling" : "healthy";
  return now < settledAt! ? "settling" : "healthy";
}

/** Whether the task's end has been taken into account: its own record says so, or that of its service. */
export function isAccounted(task: TaskRecord, { countedEnds }: ServiceView["service"]): boolean {
  return task.service!.accounted === true || (countedEnds !== undefined && setOf(countedEnds).has(task.id));
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Records never change: what was made of one list stays right. A service may lose thousands of tasks at once. */
function setOf(ids: readonly string[]): ReadonlySet<string> {
  const known = sets.get(ids) ?? new Set(ids);
  sets.set(ids, known);
  return known;
}

/** When the grace period of a task ends. */
export function graceEnd(task: TaskRecord, service: ServiceView["service"]): number {
  return (task.startedAt ?? 0) + (service.healthCheckGracePeriodSeconds ?? 0) * 1000;
}

function settledAtOf(task: TaskRecord, { settleMs }: HealthView, checked: boolean): number | undefined {
  if (task.startedAt === undefined) return undefined;
  if (!checked) return task.startedAt + settleMs;
  const since = task.containers.flatMap(({ essential, healthStatusSince }) =>
    essential && healthStatusSince !== undefined ? [healthStatusSince] : [],
  );
  return Math.max(task.startedAt, ...since);
}

/** Wanted: neither ended nor on its way out. */
export function isAlive({ condition }: Member): boolean {
  return condition !== "ended" && condition !== "leaving";
}

export function isHealthy({ condition }: Member): boolean {
  return condition === "healthy";
}

/** Whether so many tasks live, and all of them are healthy. */
export function isWhole(alive: readonly Member[], desiredCount: number): boolean {
  return alive.length === desiredCount && alive.every(isHealthy);
}

/** It runs, and nothing says that it does not do its work. */
export function serves({ condition, checked }: Member): boolean {
  return condition === "healthy" || (condition === "settling" && !checked);
}
