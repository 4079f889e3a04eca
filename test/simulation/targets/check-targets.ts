import assert from "node:assert/strict";
import type { Action } from "#generated/elbv2/types.ts";
import type { ChangeBatch } from "#kernel/store.ts";
import { serviceRevisionKey, type TaskRecord, taskKey } from "#services/ecs/model.ts";
import type { TargetRecord } from "#services/elb/model.ts";
import type { Ledger } from "../ecs/ledger.ts";
import type { ServiceHistory } from "../services/check-services.ts";
import type { ServicesWorld } from "../services/scenario.ts";
import { targetGroupsOf, targetStateOf, weightIn } from "../services/target-state.ts";
import type { LoadBalancing } from "./load-balancer.ts";

/*
 * What must hold of tasks behind load balancers: they are targets while they run and drain before they are stopped, and
 * rules send traffic where the deployment says.
 */

/** Called before the ledger takes the commit over. */
export function checkTargetChanges(batch: ChangeBatch<unknown>, ledger: Ledger, now: number): void {
  for (const change of batch.changes) {
    const { key } = change.type === "put" ? change.entry : change.previous;
    if (!key.startsWith("elb/target/")) continue;
    const before = change.previous?.value as TargetRecord | undefined;
    const after = change.type === "put" ? (change.entry.value as TargetRecord) : undefined;
    if (after === undefined && before?.drainUntil !== undefined) {
      assert.ok(now >= before.drainUntil, `${before.id} has drained ${before.drainUntil - now} ms too short`);
    }
    if (before?.drainUntil !== undefined && after?.drainUntil !== undefined) {
      assert.equal(after.drainUntil, before.drainUntil, `${before.id} drains anew`);
    }
    if (before?.task !== undefined && after?.task !== undefined && before.task !== after.task) {
      assert.notEqual(before.drainUntil, undefined, `${before.id} is a target of two tasks`);
    }
    if (after?.drainUntil === undefined && after?.task !== undefined) {
      const status = taskOf(after, ledger)?.lastStatus;
      assert.equal(status, "RUNNING", `${after.task} becomes a target and is ${status}`);
    }
  }
}

/** Called after the ledger has taken the commit over. */
export function checkTargets(batch: ChangeBatch<unknown>, ledger: Ledger, history: ServiceHistory, now: number): void {
  for (const target of ledger.targets.values()) checkTarget(target, ledger);
  for (const { defaultActions } of ledger.listeners.values()) checkWeights(defaultActions);
  noteHealth(batch, ledger, history, now);
}

function taskOf({ task }: TargetRecord, ledger: Ledger): TaskRecord | undefined {
  return [...ledger.present()].find((each) => taskKey(each) === task);
}

function checkTarget(target: TargetRecord, ledger: Ledger): void {
  const task = taskOf(target, ledger);
  const status = task?.lastStatus ?? "forgotten";
  if (target.drainUntil === undefined) {
    assert.ok(["RUNNING", "DEACTIVATING"].includes(status), `${target.task} is a target, and is ${status}`);
    return;
  }
  // What has ended by itself has nothing left to drain.
  if (task?.agent?.status === "STOPPED" || task === undefined) return;
  assert.ok(["RUNNING", "DEACTIVATING"].includes(status), `${target.task} is ${status} and had not drained`);
}

function checkWeights(actions: readonly Action[]): void {
  for (const { ForwardConfig } of actions) {
    const weights = (ForwardConfig?.TargetGroups ?? []).map(({ Weight }) => Weight ?? 1);
    const sum = weights.reduce((all, weight) => all + weight, 0);
    assert.ok(weights.length === 1 || [100, 1000].includes(sum), `the weights ${weights} are ${sum} together`);
  }
}

const ofHealth = ["elb/", "ecs/task/"];

function noteHealth(
  batch: ChangeBatch<unknown>,
  ledger: Ledger,
  { healthy, failedAt }: ServiceHistory,
  now: number,
): void {
  const keys = batch.changes.map((change) => (change.type === "put" ? change.entry : change.previous).key);
  if (!keys.some((key) => ofHealth.some((start) => key.startsWith(start)))) return;
  for (const task of ledger.present()) {
    if (task.lastStatus === "STOPPED") continue;
    const isHealthy = targetStateOf(task, ledger) === "healthy";
    if (healthy.has(task.id) && !isHealthy) failedAt.set(task.id, now);
    if (isHealthy) healthy.add(task.id);
    else healthy.delete(task.id);
  }
}

/** Why load balancers are not as they are to stay; undefined: they are. */
export function unrestOfTargets({ ledger }: ServicesWorld, balancing: LoadBalancing): string | undefined {
  const wanted = new Set<string>();
  for (const task of ledger.present()) {
    if (task.lastStatus === "STOPPED") continue;
    for (const arn of targetGroupsOf(task, ledger)) {
      wanted.add(`${arn} ${task.networkInterface?.privateIpv4Address}`);
    }
    if (targetStateOf(task, ledger) !== "healthy") return `${task.id} is no healthy target`;
  }
  const known = [...ledger.targets.values()];
  if (known.some(({ drainUntil }) => drainUntil !== undefined)) return "targets drain";
  const has = known.map(({ targetGroupArn, id }) => `${targetGroupArn} ${id}`);
  if (has.length !== wanted.size || !has.every((each) => wanted.has(each)))
    return `${has} are targets, not ${[...wanted]}`;
  return unrestOfTraffic(ledger, balancing);
}

/** Production traffic goes to the target group of the revision that is there, and to no other. */
function unrestOfTraffic(ledger: Ledger, { blue, green }: LoadBalancing): string | undefined {
  const service = [...ledger.services.values()].find(({ serviceName }) => serviceName === "web");
  const primary = service?.deployments.find(({ status }) => status === "PRIMARY");
  if (service === undefined || primary === undefined) return undefined;
  const revision = ledger.serviceRevisions.get(serviceRevisionKey(service, primary.revisionId))!;
  const own = revision.targetGroups?.[0] ?? revision.loadBalancers[0]!.targetGroupArn;
  const other = own === blue ? green : blue;
  for (const { port, defaultActions } of ledger.listeners.values()) {
    const [forward] = defaultActions;
    const weights = [own, other].map((arn) => (forward && weightIn(forward, arn)) ?? 0);
    if (port === 80 && !(weights[0]! > 0 && weights[1] === 0))
      return `traffic goes by ${weights} to ${own} and ${other}`;
  }
  return undefined;
}
