import assert from "node:assert/strict";
import { seededRandom } from "#kernel/random.ts";
import { type InstanceRecord, instanceKey, serviceArn as registryArn } from "#services/discovery/model.ts";
import { serviceRevisionKey, type TaskRecord } from "#services/ecs/model.ts";
import type { Ledger } from "../ecs/ledger.ts";
import { zone } from "./registries.ts";
import type { ServicesWorld } from "./scenario.ts";

/*
 * What must hold of tasks and Cloud Map: nobody is sent to a task that is not there, and every task that is there is
 * found in the end, on every host.
 */

const reachable = ["RUNNING", "DEACTIVATING"];
/** With multivalue answers. */
const mostAnswers = 8;

/** Called after the ledger has taken a commit over. */
export function checkRegistrations(ledger: Ledger): void {
  for (const { id } of ledger.instances.values()) {
    const status = ledger.task(id)?.lastStatus ?? "forgotten";
    assert.ok(reachable.includes(status), `${id} is registered, and is ${status}`);
  }
}

export function checkRegistrationsAtRest(world: ServicesWorld): void {
  const { ledger } = world;
  const wanted = new Map<string, TaskRecord>();
  for (const task of ledger.present()) {
    if (task.lastStatus !== "RUNNING" || task.service === undefined) continue;
    const revision = ledger.serviceRevisions.get(
      serviceRevisionKey({ ...task, ...task.service }, task.service.revisionId),
    );
    for (const { registryArn: arn } of revision!.serviceRegistries) {
      const registry = [...ledger.registries.values()].find((each) => registryArn(each) === arn)!;
      wanted.set(instanceKey(registry, task.id), task);
    }
  }
  assert.deepEqual([...ledger.instances.keys()].toSorted(), [...wanted.keys()].toSorted(), "what is registered");
  for (const [key, task] of wanted) checkInstance(ledger.instances.get(key)!, task);
  assert.ok(ledger.namespaces.size > 0);
  assert.equal(unheardOf(world), undefined);
}

/** Which host's resolver does not answer what is registered; undefined when all do. */
export function unheardOf({ ledger, hosts }: ServicesWorld): string | undefined {
  const [namespace] = [...ledger.namespaces.values()];
  if (namespace === undefined) return undefined;
  const { vpcId } = namespace.dns!;
  for (const { id, names } of hosts) {
    const zones = names?.zonesOf(vpcId);
    const ask = (name: string, type: number) => {
      const answer = zones?.lookup(name, type, seededRandom(1));
      assert.ok(answer !== undefined, `${name} is not known on ${id}`);
      return answer.kind === "records" ? answer.records : [];
    };
    try {
      for (const name of ["a", "srv"]) checkNames(ledger, name, ask);
    } catch (error) {
      if (!(error instanceof assert.AssertionError)) throw error;
      return `${id}: ${(error as Error).message}`;
    }
  }
  return undefined;
}

function checkInstance(instance: InstanceRecord, task: TaskRecord): void {
  assert.equal(instance.attributes.AWS_INSTANCE_IPV4, task.networkInterface!.privateIpv4Address);
  const checks = task.containers.filter(({ essential, hasHealthCheck }) => essential && hasHealthCheck);
  const isHealthy = checks.every(({ healthStatus }) => healthStatus === "HEALTHY");
  assert.equal(instance.health, isHealthy ? "HEALTHY" : "UNHEALTHY", `the health of ${task.id}`);
}

type Lookup = (name: string, type: number) => readonly object[];

/** What a host's resolver answers is what is registered. */
function checkNames(ledger: Ledger, name: string, ask: Lookup): void {
  const registry = [...ledger.registries.values()].find((each) => each.name === name)!;
  const all = [...ledger.instances.values()].filter(({ serviceId }) => serviceId === registry.id);
  const healthy = all.filter(({ health }) => health === "HEALTHY");
  const serving = healthy.length > 0 ? healthy : all;
  const records = ask(`${name}.${zone}`, name === "a" ? 1 : 33) as { address?: string; target?: string }[];
  assert.equal(records.length, Math.min(serving.length, mostAnswers), `how many ${name} has`);
  const addresses = new Set(serving.map(({ attributes }) => attributes.AWS_INSTANCE_IPV4));
  for (const { address, target } of records) {
    const [found] = target === undefined ? [{ address }] : (ask(target, 1) as { address?: string }[]);
    assert.ok(addresses.has(found!.address!), `${name} leads to ${found!.address}`);
  }
}
