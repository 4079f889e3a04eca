import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { ChangeBatch } from "#kernel/store.ts";
import type { TaskRecord } from "#services/ecs/model.ts";
import type { Ledger } from "./ledger.ts";

/*
 * What must hold of every commit, whoever made it. The life of a task is written down here once more, as "Amazon ECS
 * task lifecycle" has it, so that the platform's own table is checked too.
 */

const successors: Readonly<Record<string, readonly string[]>> = {
  PROVISIONING: ["PENDING", "DEPROVISIONING"],
  PENDING: ["ACTIVATING", "STOPPING"],
  ACTIVATING: ["RUNNING", "DEACTIVATING"],
  RUNNING: ["DEACTIVATING"],
  DEACTIVATING: ["STOPPING"],
  STOPPING: ["DEPROVISIONING"],
  DEPROVISIONING: ["STOPPED"],
  STOPPED: [],
};

/** Once it is there, it stays as it is. */
const settledFields = [
  ...["taskArn", "clusterArn", "taskDefinitionArn", "createdAt", "startedBy", "group", "overrides", "tags"],
  ...["hostId", "networkInterface", "availabilityZone", "stopCode", "stoppedReason"],
  ...["pullStartedAt", "pullStoppedAt", "startedAt", "stoppingAt", "executionStoppedAt", "stoppedAt"],
] as (keyof TaskRecord)[];

/** Each not after the next, where both are there. */
const orders: readonly (readonly (keyof TaskRecord)[])[] = [
  // An image may be on its way still when the task has come to its end.
  ["createdAt", "pullStartedAt", "pullStoppedAt", "stoppedAt"],
  ["pullStartedAt", "startedAt", "executionStoppedAt", "stoppedAt"],
  ["createdAt", "stoppingAt", "stoppedAt"],
  ["startedAt", "stoppingAt"],
];

export function checkCommit(batch: ChangeBatch<unknown>, ledger: Ledger): void {
  const touched = new Set<string>();
  ledger.take(batch, (before, after) => {
    if (after === undefined) assert.equal(before?.lastStatus, "STOPPED", "only what has stopped is forgotten");
    else if (before === undefined) checkNew(after, ledger);
    else checkChange(before, after, ledger.forgottenByHost.has(after.id));
    if (after !== undefined) checkTask(after);
    touched.add((after ?? before)!.id);
  });
  checkInterfaces(ledger);
}

function checkNew(task: TaskRecord, { clusters, definitions }: Ledger): void {
  const { id, clusterName, taskDefinitionArn } = task;
  const cluster = [...clusters.values()].find((each) => each.clusterName === clusterName);
  assert.equal(cluster?.status, "ACTIVE", `${id} is new, and its cluster ${clusterName} is not to be used`);
  const { status } = definitions.get(taskDefinitionArn)!;
  // A service goes on with the revision that it was given, whatever becomes of that.
  if (task.service === undefined) assert.equal(status, "ACTIVE", `${id} is new, and its definition is not to be used`);
  assert.equal(task.lastStatus, "PROVISIONING");
  assert.equal(task.desiredStatus, "RUNNING");
  assert.equal(task.version, 1);
}

function checkChange(before: TaskRecord, after: TaskRecord, mayTryAgain: boolean): void {
  const { id } = before;
  if (before.lastStatus === "STOPPED") {
    checkAccounted(before, after);
    return;
  }
  if (before.lastStatus !== after.lastStatus) {
    const legal = successors[before.lastStatus]!.includes(after.lastStatus);
    assert.ok(legal, `${id} went from ${before.lastStatus} to ${after.lastStatus}`);
  }
  const isNew = !isDeepStrictEqual(shownOf(before), shownOf(after));
  assert.equal(after.version, before.version + (isNew ? 1 : 0), `the version of ${id}`);
  assert.ok(before.desiredStatus === "RUNNING" || after.desiredStatus === "STOPPED", `${id} is wanted again`);
  for (const field of settledFields) {
    if (before[field] !== undefined) assert.deepEqual(after[field], before[field], `${field} of ${id} has changed`);
  }
  for (const container of before.containers) {
    const next = after.containers.find(({ name }) => name === container.name)!;
    const what = `of container ${container.name} of ${id} has changed`;
    if (container.exitCode !== undefined && container.lastStatus === "STOPPED") {
      assert.equal(next.exitCode, container.exitCode, `the exit code ${what}`);
    }
    if (container.lastStatus !== "PENDING" && container.runtimeId !== undefined)
      assert.equal(next.runtimeId, container.runtimeId, `the id ${what}`);
    const ranks = ["PENDING", "RUNNING", "STOPPED"];
    const mayGoBack = mayTryAgain && container.exitCode === undefined;
    const goesBack = ranks.indexOf(next.lastStatus) < ranks.indexOf(container.lastStatus);
    assert.ok(!goesBack || mayGoBack, `the status ${what}`);
  }
}

/** Without what only the platform itself looks at: of that there is no version, and no event. */
function shownOf({ agent: _, service: __, version: ___, ...shown }: TaskRecord) {
  return shown;
}

/** After its end a task of a service is accounted for, once, and nothing else ever changes. */
function checkAccounted(before: TaskRecord, after: TaskRecord): void {
  assert.ok(before.service && !before.service.accounted, `${before.id} has changed after its end`);
  const service = { ...before.service, accounted: true };
  assert.deepEqual(after, { ...before, service }, `${before.id} has changed after its end`);
}

function checkTask(task: TaskRecord): void {
  for (const order of orders) {
    const times = order.flatMap((field) =>
      task[field] === undefined ? [] : [[field, task[field] as number] as const],
    );
    for (const [i, [field, at]] of times.entries()) {
      const [earlier, from] = times[i - 1] ?? [field, at];
      assert.ok(from <= at, `${earlier} of ${task.id} is after ${field}: ${from} > ${at}`);
    }
  }
  if (["ACTIVATING", "RUNNING"].includes(task.lastStatus)) assert.notEqual(task.startedAt, undefined, task.id);
  assert.equal(task.lastStatus === "STOPPED", task.stoppedAt !== undefined, `stoppedAt of ${task.id}`);
  if (task.lastStatus !== "STOPPED") return;
  assert.equal(task.desiredStatus, "STOPPED");
  assert.ok(task.stopCode && task.stoppedReason, `${task.id} stopped, and nobody says why`);
  assert.ok(task.containers.every((container) => container.lastStatus === "STOPPED"));
}

/**
 * Every interface is that of one task that has not stopped, or of a load balancer's node, and has an address to itself;
 * no address is without one.
 */
function checkInterfaces(ledger: Ledger): void {
  const owners = new Map<string, string>();
  for (const { networkInterfaceId, privateIpAddress } of ledger.nodes.values()) {
    owners.set(networkInterfaceId, privateIpAddress);
  }
  for (const task of ledger.present()) {
    if (task.networkInterface === undefined || task.lastStatus === "STOPPED") continue;
    const { networkInterfaceId, privateIpv4Address } = task.networkInterface;
    assert.ok(!owners.has(networkInterfaceId), `${networkInterfaceId} is of two tasks`);
    owners.set(networkInterfaceId, privateIpv4Address);
  }
  const addresses = new Set<string>();
  for (const eni of ledger.interfaces.values()) {
    const owned = owners.get(eni.networkInterfaceId);
    assert.ok(owned, `${eni.networkInterfaceId} is of no task that lives`);
    assert.equal(eni.privateIpAddress, owned);
    const address = `${eni.subnetId} ${eni.privateIpAddress}`;
    assert.ok(!addresses.has(address), `${address} was given twice`);
    addresses.add(address);
  }
  assert.equal(ledger.interfaces.size, owners.size, "a task lives without its interface");
  assert.equal(ledger.addresses.size, addresses.size, "addresses are taken by nobody");
}
