import assert from "node:assert/strict";
import type { ChangeBatch } from "#kernel/store.ts";
import type { ContainerInstanceRecord, ServiceRecord, TaskRecord } from "#services/ecs/model.ts";
import { checkRest as checkTasks, unrest as unrestOfTasks } from "../ecs/check-rest.ts";
import type { Ledger } from "../ecs/ledger.ts";
import { fitting } from "./fitting.ts";
import type { DaemonsWorld } from "./scenario.ts";

/*
 * "Exactly one task on each active container instance that meets all of the task placement constraints": never two, by
 * no commit, and one in the end. With a maximum of 100 percent there are never more tasks than such instances.
 */

/** Called before the ledger takes the commit over. */
export function checkDaemons(batch: ChangeBatch<unknown>, ledger: Ledger): void {
  const changed = batch.changes.flatMap((change) =>
    change.type === "put" && change.entry.key.startsWith("ecs/task/") ? [change.entry.value as TaskRecord] : [],
  );
  const started = changed.filter(({ id }) => !ledger.tasks.has(id));
  if (started.length === 0) return;
  const next = new Map([...ledger.present(), ...changed].map((task) => [task.id, task]));
  for (const task of started) {
    const instance = instanceOf(task, ledger);
    assert.equal(instance?.status, "ACTIVE", `${task.id} was started on an instance that is ${instance?.status}`);
    const there = [...next.values()].filter((other) => isPresent(other) && sameDaemon(other, task));
    assert.equal(there.length, 1, `${there.map(({ id }) => id)} are on one instance`);
  }
}

function isPresent({ lastStatus }: TaskRecord): boolean {
  return lastStatus !== "STOPPED";
}

function sameDaemon(a: TaskRecord, b: TaskRecord): boolean {
  return a.containerInstanceArn === b.containerInstanceArn && a.service?.serviceName === b.service?.serviceName;
}

function instanceOf({ containerInstanceArn }: TaskRecord, ledger: Ledger): ContainerInstanceRecord | undefined {
  return [...ledger.containerInstances.values()].find((each) => each.containerInstanceArn === containerInstanceArn);
}

/** Why the world is not at rest; undefined when all is as it is to stay. */
export function unrest(world: DaemonsWorld): string | undefined {
  for (const service of world.ledger.services.values()) {
    const reason = unrestOf(service, world.ledger);
    if (reason !== undefined) return `${service.serviceName}: ${reason}`;
  }
  return unrestOfTasks(world);
}

function unrestOf(service: ServiceRecord, ledger: Ledger): string | undefined {
  const tasks = [...ledger.present()].filter(
    (task) => task.service?.serviceName === service.serviceName && isPresent(task),
  );
  if (service.status === "INACTIVE") return tasks.length > 0 ? "it is gone, and tasks are left" : undefined;
  if (service.status === "DRAINING") return "it drains";
  const [primary, ...others] = service.deployments;
  if (others.length > 0) return `it has ${others.length + 1} deployments`;
  if (primary!.rolloutState !== "COMPLETED") return `its deployment is ${primary!.rolloutState}`;
  if (!service.steady) return "it is not steady";
  const wanted = fitting(service, ledger);
  if (service.desiredCount !== wanted.length) return `it wants ${service.desiredCount} tasks for ${wanted}`;
  const there = tasks.map(({ containerInstanceArn }) => containerInstanceArn).sort();
  return there.join() === wanted.join() ? undefined : `it is on ${there}, not on ${wanted}`;
}

export function checkRest(world: DaemonsWorld): void {
  assert.equal(unrest(world), undefined);
  checkTasks(world);
}
