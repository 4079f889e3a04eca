import assert from "node:assert/strict";
import type { ChangeBatch } from "#kernel/store.ts";
import type { ServiceRecord, TaskRecord } from "#services/ecs/model.ts";
import { isStray } from "../daemons/fitting.ts";
import type { Ledger } from "../ecs/ledger.ts";
import { checkOldRevision, type Replaced } from "./check-old-revision.ts";
import { targetStateOf } from "./target-state.ts";

/*
 * What must hold of every commit that concerns a service, written down once more and apart from the scheduler: it never
 * has more tasks than its ceiling by its own doing, never fewer healthy ones than its floor, and goes back to nothing
 * but what was completed.
 */

const settleMs = 40_000;
/** For so long a plan may be on its way to the disk that was made before a target failed. */
const planMs = 10_000;
export const occupying = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"];

/** What has been seen of services over their lives. */
export class ServiceHistory {
  /** Service ARN -> the revisions of deployments that were completed. */
  readonly completed = new Map<string, Set<string>>();
  /** Ids of tasks that all their load balancers find healthy. */
  readonly healthy = new Set<string>();
  /** Task id -> when its load balancers have ceased to find it healthy. */
  readonly failedAt = new Map<string, number>();
  /** What is replaced, by the ids of the deployments that replace it. */
  readonly replaced = new Map<string, Replaced>();
}

/** Called before the ledger takes the commit over. */
export function checkServices(batch: ChangeBatch<unknown>, ledger: Ledger, history: ServiceHistory, now: number): void {
  const changed = changesOf(batch, ledger);
  for (const [key, service] of changed.services) {
    if (service.deploymentController === "EXTERNAL") continue;
    const before = ledger.services.get(key);
    noteCompleted(service, before, history);
    checkRollback(service, before, history);
    checkDeployments(service);
    // A daemon goes at once where it is not to be any more, and takes no room elsewhere.
    const counts = (task: TaskRecord) => !isStray(service, task, ledger);
    const tasks = [...ledger.present()].filter((task) => isOf(task, service));
    const next = new Map(tasks.map((task) => [task.id, task]));
    const started = changed.tasks.filter((task) => isOf(task, service) && !next.has(task.id));
    const stopped = changed.tasks.filter((task) => isOf(task, service) && isStopped(task, next.get(task.id)));
    for (const task of changed.tasks) if (isOf(task, service)) next.set(task.id, task);
    if (started.length > 0) checkStarts(service, [...next.values()], started, ledger);
    const rolling = strategyOf(service, ledger) === "ROLLING";
    if (started.length > 0 && rolling) checkCeiling(service, [...next.values()].filter(counts), started);
    if (rolling) checkOldRevision(service, { before: tasks, after: [...next.values()], ledger, history, now });
    const chosen = stopped.filter(counts);
    checkFloor(service, tasks, chosen, { ledger, history, now });
  }
}

function changesOf(batch: ChangeBatch<unknown>, ledger: Ledger) {
  const services = new Map<string, ServiceRecord>();
  const tasks: TaskRecord[] = [];
  for (const change of batch.changes) {
    if (change.type === "remove") continue;
    const { key, value } = change.entry;
    if (key.startsWith("ecs/service/")) services.set(key, value as ServiceRecord);
    if (key.startsWith("ecs/task/")) tasks.push(value as TaskRecord);
  }
  for (const task of tasks) {
    if (task.service === undefined || ledger.tasks.has(task.id)) continue;
    const own = [...services.values()].some((service) => isOf(task, service));
    assert.ok(own, `${task.id} is a new task of a service, made without the service's record`);
  }
  return { services, tasks };
}

function isOf(task: TaskRecord, service: ServiceRecord): boolean {
  return task.service?.serviceName === service.serviceName && task.clusterName === service.clusterName;
}

function isStopped(task: TaskRecord, before: TaskRecord | undefined): boolean {
  return before?.desiredStatus === "RUNNING" && task.stopCode === "ServiceSchedulerInitiated";
}

function checkDeployments(service: ServiceRecord): void {
  const primaries = service.deployments.filter(({ status }) => status === "PRIMARY");
  const count = service.status === "INACTIVE" ? 0 : 1;
  assert.equal(primaries.length, count, `${service.serviceArn} has ${primaries.length} primary deployments`);
  const ids = new Set(service.deployments.map(({ id }) => id));
  assert.equal(ids.size, service.deployments.length, `${service.serviceArn} lists a deployment twice`);
}

function checkStarts(
  service: ServiceRecord,
  tasks: readonly TaskRecord[],
  started: readonly TaskRecord[],
  ledger: Ledger,
): void {
  const { desiredCount, rebalancing = 0, serviceArn } = service;
  assert.notEqual(service.status, "DRAINING", `${serviceArn} was deleted and starts tasks`);
  for (const id of new Set(started.map((task) => task.service!.deploymentId))) {
    const deployment = service.deployments.find((each) => each.id === id);
    assert.ok(deployment, `${serviceArn} starts tasks of no deployment of its own`);
    assert.notEqual(deployment.rolloutState, "FAILED", `${serviceArn} starts tasks of a failed deployment`);
    const own = tasks.filter((task) => task.service!.deploymentId === id && task.desiredStatus === "RUNNING");
    const sick = own.filter((task) => isSick(task, ledger)).length;
    // While a service is rebalanced over its zones it has more tasks for a while; the ceiling holds all the same. What
    // is being replaced has as many as its own count says.
    const most = deployment.status === "PRIMARY" ? desiredCount + rebalancing : (deployment.desiredCount ?? 0);
    assert.ok(own.length - sick <= most, `${serviceArn} has ${own.length} of ${most} tasks of ${id}`);
  }
}

/** Of deployments that replace tasks by turns: not beyond the ceiling. */
function checkCeiling(service: ServiceRecord, tasks: readonly TaskRecord[], started: readonly TaskRecord[]): void {
  const { desiredCount, deploymentConfiguration, serviceArn } = service;
  const ceiling = Math.floor((desiredCount * deploymentConfiguration.maximumPercent) / 100);
  const there = tasks.filter(({ lastStatus }) => occupying.includes(lastStatus)).length;
  assert.ok(there <= ceiling, `${serviceArn} started ${started.length} and has ${there} tasks, above ${ceiling}`);
}

/** The strategy that the deployment under way began with. */
function strategyOf(service: ServiceRecord, ledger: Ledger): string {
  const id = service.deployments.find(({ status }) => status === "PRIMARY")?.serviceDeploymentId;
  const found = [...ledger.serviceDeployments.values()].find((each) => each.id === id);
  return found?.deploymentConfiguration.strategy ?? service.deploymentConfiguration.strategy;
}

/** Tasks that do their work are stopped only as far as the floor allows. */
function checkFloor(
  service: ServiceRecord,
  before: readonly TaskRecord[],
  stopped: readonly TaskRecord[],
  { ledger, history, now }: { readonly ledger: Ledger; readonly history: ServiceHistory; readonly now: number },
): void {
  if (service.status !== "ACTIVE") return;
  const primary = service.deployments.find(({ status }) => status === "PRIMARY")!;
  const floor = Math.ceil((service.desiredCount * service.deploymentConfiguration.minimumHealthyPercent) / 100);
  const serving = before.filter((task) => serves(task, primary.id, { ledger, now }));
  const lost = stopped.filter((task) => serving.some(({ id }) => id === task.id));
  const isLate = ({ id }: TaskRecord) => now - (history.failedAt.get(id) ?? -Infinity) < planMs;
  const late = before.filter(
    (task) => isLate(task) && !serving.includes(task) && !stopped.some(({ id }) => id === task.id),
  );
  const left = serving.length + late.length - lost.length;
  assert.ok(
    lost.length === 0 || left >= floor,
    `${service.serviceArn}: ${lost.length} of ${serving.length} serving tasks were stopped, the floor is ${floor}`,
  );
  for (const task of stopped) {
    const until = before.find(({ id }) => id === task.id)?.service?.protectedUntil ?? 0;
    const sick = isSick(before.find(({ id }) => id === task.id)!, ledger);
    assert.ok(until <= now || sick, `${task.id} is protected and was stopped`);
  }
}

function isSick(task: TaskRecord, ledger: Ledger): boolean {
  const isBroken = task.containers.some(({ healthStatus }) => healthStatus === "UNHEALTHY");
  return isBroken || targetStateOf(task, ledger) === "unhealthy";
}

export function serves(task: TaskRecord, primaryId: string, { ledger, now }: { ledger: Ledger; now: number }): boolean {
  if (task.lastStatus !== "RUNNING" || task.desiredStatus !== "RUNNING") return false;
  const checked = task.containers.filter(({ essential, hasHealthCheck }) => essential && hasHealthCheck);
  const target = targetStateOf(task, ledger);
  if (target !== undefined && target !== "healthy") return false;
  if (checked.length > 0) return checked.every(({ healthStatus }) => healthStatus === "HEALTHY");
  if (target !== undefined) return true;
  return task.service!.deploymentId !== primaryId || now >= task.startedAt! + settleMs;
}

function noteCompleted(service: ServiceRecord, before: ServiceRecord | undefined, { completed }: ServiceHistory): void {
  for (const { id, revisionId, rolloutState } of service.deployments) {
    const earlier = before?.deployments.find((each) => each.id === id);
    if (rolloutState !== "COMPLETED") continue;
    // A change of capacity alone gives a completed deployment another revision.
    if (earlier?.rolloutState === "COMPLETED" && earlier.revisionId === revisionId) continue;
    completed.set(service.serviceArn, (completed.get(service.serviceArn) ?? new Set()).add(revisionId));
  }
}

/** A deployment that takes another one's place without a new history is a rollback: to what was completed. */
function checkRollback(service: ServiceRecord, before: ServiceRecord | undefined, { completed }: ServiceHistory): void {
  const primary = service.deployments.find(({ status }) => status === "PRIMARY");
  const earlier = before?.deployments.find(({ status }) => status === "PRIMARY");
  if (primary === undefined || earlier === undefined || primary.id === earlier.id) return;
  if (primary.serviceDeploymentId !== earlier.serviceDeploymentId) return;
  assert.ok(completed.get(service.serviceArn)?.has(primary.revisionId), `${service.serviceArn} rolled back to nothing`);
}
