import assert from "node:assert/strict";
import type { ChangeBatch } from "#kernel/store.ts";
import type { ServiceRecord, TaskRecord, TaskSetRecord } from "#services/ecs/model.ts";
import type { Ledger } from "../ecs/ledger.ts";

/*
 * What must hold of services with the EXTERNAL controller, written down once more and apart from the scheduler: each
 * task set has its share of the desired count, and no other task set pays for it.
 */

const occupying = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"];
const mostTaskSets = 5;

/** Called before the ledger takes the commit over. */
export function checkTaskSets(batch: ChangeBatch<unknown>, ledger: Ledger, now: number): void {
  const sets = new Map(ledger.taskSets);
  const tasks = new Map([...ledger.present()].map((task) => [task.id, task]));
  const services = new Map(ledger.services);
  const started: TaskRecord[] = [];
  const touched = new Set<string>();
  for (const change of batch.changes) {
    const { key, value } = change.type === "remove" ? change.previous : change.entry;
    if (key.startsWith("ecs/service/")) {
      touched.add(ownerOf(value as ServiceRecord));
      services.set(key, value as ServiceRecord);
    }
    if (key.startsWith("ecs/task-set/")) {
      touched.add(ownerOf(value as TaskSetRecord));
      if (change.type === "remove") checkGone(value as TaskSetRecord, tasks.values());
      if (change.type === "remove") sets.delete(key);
      else sets.set(key, value as TaskSetRecord);
    }
    if (!key.startsWith("ecs/task/") || change.type === "remove") continue;
    const task = value as TaskRecord;
    if (!tasks.has(task.id)) started.push(task);
    else checkStop(task, tasks.get(task.id)!, services, now);
    tasks.set(task.id, task);
  }
  for (const service of services.values()) {
    if (service.deploymentController !== "EXTERNAL") continue;
    assert.deepEqual(service.deployments, [], `${service.serviceArn} has deployments`);
    const own = [...sets.values()].filter((set) => ownerOf(set) === ownerOf(service));
    if (touched.has(ownerOf(service))) checkSets(service, own);
    checkStarts(service, own, started, [...tasks.values()]);
  }
}

function checkSets(service: ServiceRecord, own: readonly TaskSetRecord[]): void {
  assert.ok(own.length <= mostTaskSets, `${service.serviceArn} has ${own.length} task sets`);
  const primaries = own.filter(({ status }) => status === "PRIMARY").length;
  assert.ok(primaries <= 1, `${service.serviceArn} has ${primaries} primary task sets`);
  if (service.status === "INACTIVE") assert.equal(own.length, 0, `${service.serviceArn} is gone and has task sets`);
  if (service.status === "DRAINING") assert.ok(own.every(({ status }) => status === "DRAINING"));
}

function checkStarts(
  service: ServiceRecord,
  own: readonly TaskSetRecord[],
  started: readonly TaskRecord[],
  tasks: readonly TaskRecord[],
): void {
  for (const task of started) {
    if (task.service === undefined || ownerOf({ ...task, ...task.service }) !== ownerOf(service)) continue;
    const set = own.find(({ id }) => id === task.startedBy);
    assert.ok(set, `${task.id} is of no task set of ${service.serviceArn}`);
    assert.equal(task.service.revisionId, set.revisionId, `${task.id} is of another revision than its task set`);
    assert.notEqual(set.status, "DRAINING", `${set.id} is deleted and starts tasks`);
    const most = shareOf(set, service);
    const mine = tasks.filter((each) => each.service?.deploymentId === set.id);
    const wanted = mine.filter((each) => each.desiredStatus === "RUNNING" && !isSick(each)).length;
    assert.ok(wanted <= most, `${set.id} has ${wanted} of ${most} tasks`);
    const there = mine.filter(({ lastStatus }) => occupying.includes(lastStatus)).length;
    assert.ok(there <= 2 * most, `${set.id} has ${there} tasks, more than twice its ${most}`);
  }
}

/** The share in whole thousandths, rounded up. */
function shareOf({ scale }: TaskSetRecord, { desiredCount }: ServiceRecord): number {
  const thousandths = BigInt(Math.round(scale * 1000)) * BigInt(desiredCount);
  return Number((thousandths + 99_999n) / 100_000n);
}

/** By the scheduler: neither a protected task, nor one that its set cannot spare. */
function checkStop(
  task: TaskRecord,
  before: TaskRecord,
  services: ReadonlyMap<string, ServiceRecord>,
  now: number,
): void {
  const isStop = before.desiredStatus === "RUNNING" && task.stopCode === "ServiceSchedulerInitiated";
  if (!isStop || task.service === undefined) return;
  const owner = ownerOf({ ...task, ...task.service });
  const service = [...services.values()].find((each) => ownerOf(each) === owner);
  if (service?.deploymentController !== "EXTERNAL" || service.status !== "ACTIVE") return;
  const until = before.service?.protectedUntil ?? 0;
  assert.ok(until <= now || isSick(before), `${task.id} is protected and was stopped`);
}

function checkGone(set: TaskSetRecord, tasks: Iterable<TaskRecord>): void {
  assert.equal(set.status, "DRAINING", `${set.id} is gone and was not deleted`);
  for (const { id, service, lastStatus } of tasks) {
    const left = service?.deploymentId !== set.id || !occupying.includes(lastStatus);
    assert.ok(left, `${set.id} is gone and its task ${id} is ${lastStatus}`);
  }
}

/** Why a service with task sets is not at rest. */
export function unrestOfTaskSets(
  service: ServiceRecord,
  ledger: Ledger,
  there: readonly TaskRecord[],
): string | undefined {
  const own = [...ledger.taskSets.values()].filter((set) => ownerOf(set) === ownerOf(service));
  for (const set of own) {
    const mine = there.filter((task) => task.service!.deploymentId === set.id);
    const wanted = shareOf(set, service);
    if (set.status === "DRAINING") return `${set.id} drains`;
    if (set.stabilityStatus !== "STEADY_STATE") return `${set.id} is ${set.stabilityStatus}`;
    if (mine.length !== wanted) return `${set.id} has ${mine.length} of ${wanted} tasks`;
  }
  const strange = there.filter((task) => !own.some(({ id }) => id === task.service!.deploymentId));
  if (strange.length > 0) return `${strange.length} tasks are of no task set`;
  return own.length > 0 && !service.steady ? "it is not steady" : undefined;
}

function isSick({ containers }: TaskRecord): boolean {
  return containers.some(({ healthStatus }) => healthStatus === "UNHEALTHY");
}

function ownerOf({ clusterName, serviceName }: { readonly clusterName: string; readonly serviceName: string }): string {
  return `${clusterName}/${serviceName}`;
}
