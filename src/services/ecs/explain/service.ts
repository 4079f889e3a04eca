import { impairedAfter } from "../controllers/service/backoff.ts";
import { failureThreshold } from "../controllers/service/breaker.ts";
import { type Condition, graceEnd, type Member, memberOf } from "../controllers/service/health.ts";
import { planService } from "../controllers/service/plan.ts";
import { type Bounds, boundsOf } from "../controllers/service/rolling.ts";
import type { ServicePlan, ServiceView } from "../controllers/service/view.ts";
import type { DeploymentRecord } from "../model/service.ts";
import { isCleaningUp } from "../model/service-deployment.ts";
import { computedDesiredCount, type TaskSetRecord } from "../model/task-set.ts";
import { clock, count } from "./time.ts";
import { type TaskWait, toWaiting, type Waiting } from "./wait-words.ts";

/** What the scheduler of a service makes of it now. Times are in ISO 8601. */
export interface ServiceExplanation {
  readonly serviceArn: string;
  readonly status: string;
  readonly desiredCount: number;
  /** See `Bounds` of the scheduler. */
  readonly floor: number;
  readonly ceiling: number;
  /** One sentence. */
  readonly summary: string;
  /** PRIMARY first; or the task sets. */
  readonly deployments: readonly DeploymentExplanation[];
  /** What it would do at this very moment, had it not just been about to. */
  readonly does: readonly string[];
  readonly waitsFor: readonly Waiting[];
}

export interface DeploymentExplanation {
  readonly id: string;
  readonly status: string;
  /** Of a task set its stability. */
  readonly rolloutState: string;
  readonly taskDefinitionArn?: string;
  /** By the scheduler's own notions. */
  readonly tasks: Readonly<Record<Condition, number>>;
  readonly words: readonly string[];
}

type AnyWait = ServicePlan["waits"][number] | TaskWait;

/** Pure: asks the scheduler's own plan. `placement` tells why a PROVISIONING task has no place, if it has none. */
export function explainService(view: ServiceView, placement: PlacementWait): ServiceExplanation {
  const plan = planService(view);
  const members = view.tasks.map((task) => memberOf(task, view));
  const { service } = view;
  const waits = [...plan.waits, ...taskWaits(members, view, placement)];
  return {
    serviceArn: service.serviceArn,
    status: service.status,
    desiredCount: service.desiredCount,
    ...(service.deploymentController === "EXTERNAL" ? boundsOfTaskSets(view) : boundsOf(service)),
    summary: summaryOf(view, plan, waits),
    deployments: [
      ...service.deployments.map((deployment) => explainDeployment(deployment, members, view)),
      ...view.taskSets.map((taskSet) => explainTaskSet(taskSet, members, view)),
    ],
    does: deeds(plan),
    waitsFor: waits.map((wait) => toWaiting(wait, view.now)),
  };
}

/** What the placement of a task waits for; undefined: it has been placed, or is being placed. */
export type PlacementWait = (task: Member["task"]["value"]) => string | undefined;

/** What is waited for while tasks come and go as they are to. */
const underWay: readonly string[] = ["start", "settle", "health", "stop"];

function summaryOfTaskSets({ taskSets, service }: ServiceView, plan: ServicePlan, waits: readonly AnyWait[]): string {
  if (taskSets.length === 0) return "It has no task sets yet: whoever deploys it makes them.";
  const sets = count(taskSets.length, "task set");
  const isBusy = plan.start.length > 0 || plan.stop.length > 0;
  // A task that runs need not have run for long: see "STEADY_STATE" of task sets.
  if (service.steady && !isBusy) return `It has ${sets}, in a steady state.`;
  const comes = waits.length > 0 && waits.every(({ on }) => underWay.includes(on));
  return comes ? `It has ${sets}, on the way to a steady state.` : `It has ${sets}, and not all is as it should be.`;
}

function summaryOf(view: ServiceView, plan: ServicePlan, waits: readonly AnyWait[]): string {
  const { service, serviceDeployments } = view;
  if (service.status === "INACTIVE") return "It was deleted; nothing of it runs.";
  if (service.status === "DRAINING") return "It is being deleted: its tasks are stopped with no regard to bounds.";
  const [primary] = service.deployments;
  if (primary === undefined) return summaryOfTaskSets(view, plan, waits);
  const history = serviceDeployments.get(primary.serviceDeploymentId);
  if (history?.status === "ROLLBACK_IN_PROGRESS") return `It rolls back. ${history.rollback?.reason}`;
  if (primary.rolloutState === "FAILED") return `Its deployment has failed: ${primary.rolloutStateReason}`;
  if (primary.rolloutState === "IN_PROGRESS") return "A deployment is under way.";
  if (service.rebalancing !== undefined) return "Its tasks are being balanced over the Availability Zones.";
  const busy = waits.length > 0 || plan.start.length > 0 || plan.stop.length > 0;
  return busy ? "Its deployment is completed; its tasks are not all as they should be." : "It is in a steady state.";
}

/** None is given: a set may have twice its count while unhealthy tasks are replaced. */
function boundsOfTaskSets({ taskSets, service }: ServiceView): Bounds {
  const most = taskSets.map((taskSet) => 2 * computedDesiredCount(taskSet, service.desiredCount));
  return { floor: 0, ceiling: most.reduce((sum, each) => sum + each, 0) };
}

function explainTaskSet(taskSet: TaskSetRecord, members: readonly Member[], view: ServiceView): DeploymentExplanation {
  const { id, status, stabilityStatus, scale, failedTasks } = taskSet;
  const definition = view.revisions.get(taskSet.revisionId)?.taskDefinitionArn;
  const wanted = computedDesiredCount(taskSet, view.service.desiredCount);
  return {
    ...{ id, status, rolloutState: stabilityStatus },
    ...(definition !== undefined && { taskDefinitionArn: definition }),
    tasks: tally(members.filter(({ deploymentId }) => deploymentId === id)),
    words: [
      `${scale} % of the desired count are ${count(wanted, "task")}.`,
      ...(failedTasks === 0 ? [] : [`${count(failedTasks, "task")} failed one after the other.`]),
    ],
  };
}

function explainDeployment(
  deployment: DeploymentRecord,
  members: readonly Member[],
  view: ServiceView,
): DeploymentExplanation {
  const own = members.filter(({ deploymentId }) => deploymentId === deployment.id);
  const definition = view.revisions.get(deployment.revisionId)?.taskDefinitionArn;
  return {
    id: deployment.id,
    status: deployment.status,
    rolloutState: deployment.rolloutState,
    ...(definition !== undefined && { taskDefinitionArn: definition }),
    tasks: tally(own),
    words: [
      deployment.rolloutStateReason,
      ...keptWords(deployment),
      ...failureWords(deployment, view),
      ...stageWords(deployment, view),
    ],
  };
}

function keptWords({ status, desiredCount = 0 }: DeploymentRecord): string[] {
  if (status === "PRIMARY" || desiredCount === 0) return [];
  return [`It is being replaced, and is to have ${count(desiredCount, "task")} meanwhile.`];
}

function tally(members: readonly Member[]): Record<Condition, number> {
  const counts = { healthy: 0, settling: 0, starting: 0, unhealthy: 0, ended: 0, leaving: 0 };
  for (const { condition } of members) counts[condition]++;
  return counts;
}

function failureWords(deployment: DeploymentRecord, { service, serviceDeployments }: ServiceView): string[] {
  const breaker = service.deploymentConfiguration.deploymentCircuitBreaker;
  const { failedTasks, status, rolloutState } = deployment;
  const failed = failedTasks === 0 ? [] : [`${count(failedTasks, "task")} failed one after the other.`];
  const history = serviceDeployments.get(deployment.serviceDeploymentId);
  const isWatched = rolloutState === "IN_PROGRESS" && !(history !== undefined && isCleaningUp(history));
  if (status !== "PRIMARY" || !isWatched) return failed;
  if (!breaker?.enable) return failedTasks === 0 ? [] : [...failed, "No circuit breaker ends it."];
  const threshold = failureThreshold(breaker.thresholdConfiguration, service.desiredCount);
  const end = breaker.rollback ? "fails and is rolled back" : "fails";
  const uncounted = failedTasks === 0 && (deployment.backoff?.failures ?? 0) >= impairedAfter ? [uncountedEnds] : [];
  return [...failed, `The circuit breaker: it ${end} when ${count(threshold, "task")} have failed.`, ...uncounted];
}

/** As on AWS, and a surprise to most. */
const uncountedEnds =
  "Its tasks end again and again once they are RUNNING, which the circuit breaker does not count: it goes by health " +
  "checks, and they have none that failed. Give the container or the target group a health check.";

function stageWords({ status, serviceDeploymentId }: DeploymentRecord, view: ServiceView): string[] {
  const history = view.serviceDeployments.get(serviceDeploymentId);
  if (status !== "PRIMARY" || history?.lifecycleStage === undefined || history.status !== "IN_PROGRESS") return [];
  const since = history.stageSince === undefined ? "" : ` since ${clock(history.stageSince, view.now)}`;
  const weight = history.targetRevision.productionTrafficWeight;
  const traffic = weight === undefined ? "" : `, ${weight} % of the production traffic goes to it`;
  return [`Stage ${history.lifecycleStage}${since}${traffic}.`];
}

/** What a plan does, in words. */
function deeds(plan: ServicePlan): string[] {
  const starts = plan.start.map(
    ({ rollout, capacities }) => `Starts ${count(capacities.length, "task")} of ${rollout.id}.`,
  );
  const stops = Map.groupBy(plan.stop, ({ task, reason }) => `${task.value.service?.deploymentId}: ${reason}`);
  return [...starts, ...[...stops].map(([why, tasks]) => `Stops ${count(tasks.length, "task")} of ${why}.`)];
}

function taskWaits(members: readonly Member[], view: ServiceView, placement: PlacementWait): TaskWait[] {
  const starting = members.filter(({ condition }) => condition === "starting");
  const settling = members.filter(({ condition }) => condition === "settling");
  const going = members.filter(({ condition }) => condition === "leaving" || condition === "ended");
  const homeless = Map.groupBy(starting, ({ task }) => placement(task.value));
  const placed = homeless.get(undefined) ?? [];
  return [
    ...[...homeless].flatMap(([waitingFor, tasks]): TaskWait[] =>
      waitingFor === undefined ? [] : [{ on: "room", count: tasks.length, waitingFor }],
    ),
    ...(placed.length > 0 ? [{ on: "start", statuses: statusesOf(placed) } as const] : []),
    ...settlingWaits(settling, view),
    ...(going.length > 0 ? [{ on: "stop", statuses: statusesOf(going) } as const] : []),
  ];
}

function settlingWaits(settling: readonly Member[], view: ServiceView): TaskWait[] {
  const unchecked = settling.filter(({ checked }) => !checked);
  const failing = settling.filter((member) => member.failing);
  const initial = settling.length - unchecked.length - failing.length;
  const settled = Math.max(...unchecked.map(({ healthyAt }) => healthyAt ?? 0));
  const graceSeconds = view.service.healthCheckGracePeriodSeconds ?? 0;
  const grace = Math.max(...failing.map(({ task }) => graceEnd(task.value, view.service)));
  const settle = {
    on: "settle",
    count: unchecked.length,
    settleSeconds: view.settleMs / 1000,
    until: settled,
  } as const;
  return [
    ...(unchecked.length > 0 ? [settle] : []),
    ...(initial > 0 ? [{ on: "health", count: initial } as const] : []),
    ...(failing.length > 0 ? [{ on: "grace", count: failing.length, graceSeconds, until: grace } as const] : []),
  ];
}

function statusesOf(members: readonly Member[]): Map<string, number> {
  const statuses = new Map<string, number>();
  for (const { task } of members) statuses.set(task.value.lastStatus, (statuses.get(task.value.lastStatus) ?? 0) + 1);
  return statuses;
}
