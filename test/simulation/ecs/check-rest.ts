import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { volumeTaskLabel } from "#host/agent/spec/labels.ts";
import type { TaskRecord } from "#services/ecs/model.ts";
import type { SimulatedHost } from "./host.ts";
import type { Ledger } from "./ledger.ts";
import type { EcsWorld } from "./scenario.ts";
import { saneFamily } from "./task-shapes.ts";
import { idOf } from "./users.ts";

/**
 * Why the world is not at rest: something is under way, left over or missing. Undefined when all is as it is to stay.
 */
export function unrest({ ledger, hosts }: EcsWorld): string | undefined {
  const running = new Map(hosts.map((host) => [host.id, [] as TaskRecord[]]));
  for (const task of ledger.present()) {
    if (task.lastStatus === "STOPPED") continue;
    if (task.lastStatus !== "RUNNING" || task.desiredStatus !== "RUNNING") return stuck(task, hosts);
    const host = hosts.find(({ id }) => id === task.hostId);
    const difference = host === undefined ? `${task.id} runs nowhere` : unlike(task, host, ledger);
    if (difference !== undefined) return difference;
    running.get(host!.id)!.push(task);
  }
  for (const host of hosts) {
    const left = leftOver(host, running.get(host.id)!);
    if (left !== undefined) return left;
    const known = knownInterfaces(host);
    const wanted = [...ledger.interfaces.values()].map((eni) => eni.networkInterfaceId);
    if (!isDeepStrictEqual(known, wanted.sort())) return `${host.id} knows the interfaces ${known}, not ${wanted}`;
  }
  return undefined;
}

/** Of all hosts' tasks, as the host's network was told. */
function knownInterfaces({ network }: SimulatedHost): string[] {
  const vpcs = network?.spec?.vpcs ?? [];
  return vpcs.flatMap(({ interfaces }) => interfaces.map((each) => each.networkInterfaceId)).sort();
}

function stuck(task: TaskRecord, hosts: readonly SimulatedHost[]): string {
  const waiting = hosts
    .flatMap(({ agent }) => agent?.waiting() ?? [])
    .filter(({ taskArn }) => taskArn === task.taskArn);
  const { id, lastStatus, desiredStatus, agent, hostId } = task;
  return `${id} is ${lastStatus}, wanted ${desiredStatus}: ${JSON.stringify({ hostId, agent, waiting })}`;
}

/** How a running task's record differs from what is on its host. */
function unlike(task: TaskRecord, host: SimulatedHost, ledger: Ledger): string | undefined {
  const { engine, ports } = host;
  const sandbox = engine.sandboxes.get(engine.sandboxIdsByName.get(task.id) ?? "");
  if (!sandbox?.running) return `${task.id} has no sandbox`;
  if (ports.get(task.networkInterface!.networkInterfaceId) !== sandbox.pid) return `${task.id} is not plugged in`;
  for (const { name, lastStatus, runtimeId, exitCode, healthStatus, hasHealthCheck, essential } of task.containers) {
    const container = sandbox.containers.get(name);
    const what = `container ${name} of ${task.id}`;
    // It may be just about to be started again.
    if (container?.state === "exited" && ledger.container(task, name)?.restartPolicy?.enabled) continue;
    if (essential && container?.state !== "running") return `${what} does not run`;
    if (container === undefined) continue;
    const status = container.status();
    // One that was made, though the engine said that it could not be, is known by nobody.
    if (runtimeId === undefined && status.state === "created") continue;
    if (container.id !== runtimeId) return `${what} is ${container.id}, not ${runtimeId}`;
    if (status.state === "running" && lastStatus !== "RUNNING") return `${what} runs and is said to be ${lastStatus}`;
    if (lastStatus === "STOPPED" && status.exitCode !== exitCode && status.startedAt !== undefined) {
      return `${what} ended with ${status.exitCode}, not ${exitCode}`;
    }
    const health = { none: "UNKNOWN", starting: "UNKNOWN", healthy: "HEALTHY", unhealthy: "UNHEALTHY" }[status.health];
    if (hasHealthCheck && status.state === "running" && (healthStatus ?? "UNKNOWN") !== health) {
      return `${what} is ${health} and is said to be ${healthStatus}`;
    }
  }
  return undefined;
}

/** What a host has beyond its running tasks, or lacks. */
function leftOver({ id, engine, ports, journal }: SimulatedHost, running: readonly TaskRecord[]): string | undefined {
  const ids = running.map((task) => task.id);
  const volumes = [...engine.volumes.values()].map((volume) => volume.labels[volumeTaskLabel] ?? volume.name);
  const kinds: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["sandboxes", [...engine.sandboxIdsByName.keys()], ids],
    ["interfaces", [...ports.keys()], running.map((task) => task.networkInterface!.networkInterfaceId)],
    ["journal entries", [...journal.entries.keys()], ids],
  ];
  for (const [kind, has, wants] of kinds) {
    const extra = has.filter((each) => !wants.includes(each));
    if (extra.length > 0) return `${id} has ${kind} left over: ${extra}`;
    if (has.length < wants.length) return `${id} lacks ${kind}: ${wants.filter((each) => !has.includes(each))}`;
  }
  const strange = volumes.filter((owner) => !ids.includes(owner));
  return strange.length > 0 ? `${id} has volumes left over, of ${strange}` : undefined;
}

export function checkRest(world: EcsWorld): void {
  assert.equal(unrest(world), undefined);
  const { ledger, hosts } = world;
  for (const { record } of ledger.tasks.values()) {
    if (record.lastStatus !== "STOPPED") {
      const cluster = [...ledger.clusters.values()].find(({ clusterName }) => clusterName === record.clusterName);
      assert.equal(cluster?.status, "ACTIVE", `${record.id} runs in the cluster ${record.clusterName}`);
      continue;
    }
    const host = hosts.find(({ id }) => id === record.hostId);
    for (const container of record.containers) checkEnd(record, container, host);
    checkCause(record, world);
  }
  checkRuns(world);
  checkStops(world);
}

/** Exit codes are those of the host, and what never ran has none. */
function checkEnd(
  task: TaskRecord,
  container: TaskRecord["containers"][number],
  host: SimulatedHost | undefined,
): void {
  const what = `container ${container.name} of ${task.id}`;
  const truth = host?.witness.truth(task.id, container.name);
  if (truth === undefined) {
    assert.equal(container.exitCode, undefined, `${what} never ran`);
    return;
  }
  assert.equal(truth.starts.length, truth.exits.length, `${what} runs on`);
  // It was given up before the engine was through with starting it, and keeps the reason if it ran nevertheless.
  const givenUp = /^(Cannot|Docker)/.test(container.reason ?? "");
  if (container.exitCode === undefined && givenUp) return;
  const end = truth.exits.at(-1)!;
  // A call of an agent that had died was carried out when the next one had found that nothing runs.
  if (container.exitCode === undefined && truth.starts[0]! > (task.executionStoppedAt ?? end.at)) return;
  assert.equal(container.exitCode, end.code, `the exit code of ${what}`);
  assert.equal(/^OutOfMemoryError/.test(container.reason ?? ""), end.oom && !givenUp, `${what}: ${container.reason}`);
}

function checkCause(task: TaskRecord, { ledger, hosts, expected, faultless }: EcsWorld): void {
  const { id, taskArn, stopCode, stoppedReason } = task;
  const ending = ledger.tasks.get(id)!.ending!;
  assert.deepEqual([ending.stopCode, ending.stoppedReason], [stopCode, stoppedReason], `why ${id} stopped`);
  const host = hosts.find((each) => each.id === task.hostId);
  if (stopCode === "UserInitiated") {
    assert.ok(expected.stopReasons.get(taskArn)?.has(stoppedReason!), `nobody stopped ${id}`);
    return;
  }
  if (stopCode === "SpotInterruption") {
    assert.ok(expected.interrupts && task.capacityProviderName === "FARGATE_SPOT", `nobody interrupted ${id}`);
    return;
  }
  if (stopCode === "TerminationNotice") {
    const instance = [...ledger.containerInstances.values()].find(
      ({ containerInstanceArn }) => containerInstanceArn === task.containerInstanceArn,
    );
    assert.equal(instance?.status ?? "INACTIVE", "INACTIVE", `the instance of ${id} is registered`);
    return;
  }
  if (stopCode === "ServiceSchedulerInitiated") {
    assert.ok(task.service?.accounted, `${id} was stopped by the scheduler of no service`);
    return;
  }
  if (stopCode === "EssentialContainerExited") {
    const ended = task.containers.some(
      ({ name, essential }) => essential && host!.witness.truth(id, name)?.exits.length,
    );
    assert.ok(ended, `no essential container of ${id} has exited`);
  } else {
    assert.equal(stopCode, "TaskFailedToStart");
    assert.equal(task.startedAt, undefined, `${id} had started`);
  }
  const noAddress = stoppedReason!.includes("InsufficientFreeAddressesInSubnet");
  const noSubnet = stoppedReason!.includes("exists any more");
  if (task.family.startsWith(saneFamily) && faultless() && !noAddress && !noSubnet) {
    assert.fail(`${id} stopped for no reason: ${stopCode}, ${stoppedReason}`);
  }
}

/** Acknowledged tasks exist, no request has made more tasks than it asked for, and all of one were made at once. */
function checkRuns({ expected, ledger }: EcsWorld): void {
  for (const [startedBy, { count, outcome }] of expected.runs) {
    const made = [...(ledger.startedBy.get(startedBy) ?? [])];
    if (outcome === "refused") assert.deepEqual(made, [], `${startedBy} was refused`);
    else if (outcome === "unknown")
      assert.ok(made.length === 0 || made.length === count, `${startedBy}: ${made.length}`);
    else assert.deepEqual(outcome.map(idOf).sort(), made.sort(), `the tasks of ${startedBy}`);
    assert.ok(new Set(made.map((id) => ledger.tasks.get(id)!.createdIn)).size <= 1, `${startedBy} came in pieces`);
  }
}

function checkStops({ expected, ledger }: EcsWorld): void {
  for (const [arn, told] of expected.stops) {
    const { lastStatus, stopCode, stoppedReason } = ledger.task(idOf(arn))!;
    assert.equal(lastStatus, "STOPPED", `${arn} was stopped`);
    assert.deepEqual({ stopCode, stoppedReason }, told, `what StopTask answered of ${arn}`);
  }
}
