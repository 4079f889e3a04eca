import assert from "node:assert/strict";
import { isFinished, type ServiceRecord } from "#services/ecs/model.ts";
import { checkRest as checkTasks, unrest as unrestOfTasks } from "../ecs/check-rest.ts";
import { unheardOf } from "./check-registrations.ts";
import { unrestOfTaskSets } from "./check-task-sets.ts";
import type { ServicesWorld } from "./scenario.ts";

/** Why services are not at rest; undefined when all is as it is to stay. */
export function unrest(world: ServicesWorld): string | undefined {
  for (const service of world.ledger.services.values()) {
    const reason = unrestOfRecord(service) ?? unrestOf(service, world);
    if (reason !== undefined) return `${service.serviceName}: ${reason}`;
  }
  // A host without tasks may take its time to connect again; then it learns of the names, too.
  return unrestOfTasks(world) ?? unheardOf(world);
}

/** What one needs to see of a service that does not come to rest. */
function shown(service: ServiceRecord, { ledger }: ServicesWorld): string {
  const { desiredCount, steady, told, deploymentConfiguration, deployments } = service;
  const tasks = [...ledger.present()]
    .filter((task) => task.service?.serviceName === service.serviceName && task.lastStatus !== "STOPPED")
    .map(({ id, lastStatus, desiredStatus, startedAt, service: own, containers }) => [
      ...[id.slice(0, 6), lastStatus, desiredStatus, startedAt, own],
      containers.map(({ essential, hasHealthCheck, healthStatus }) => [essential, hasHealthCheck, healthStatus]),
    ]);
  return JSON.stringify({ desiredCount, steady, told, deploymentConfiguration, deployments, tasks }, null, 1);
}

/** What its record alone tells, and quickly: it is asked after every event. */
function unrestOfRecord({ status, deploymentController, deployments, steady }: ServiceRecord): string | undefined {
  if (status === "DRAINING") return "it drains";
  if (status === "INACTIVE" || deploymentController === "EXTERNAL") return undefined;
  const [primary, ...others] = deployments;
  if (others.length > 0) return `it has ${others.length + 1} deployments`;
  if (primary!.rolloutState !== "COMPLETED") return `its deployment is ${primary!.rolloutState}`;
  return steady ? undefined : "it is not steady";
}

function unrestOf(service: ServiceRecord, { ledger }: ServicesWorld): string | undefined {
  const own = [...ledger.present()].filter(
    (task) => task.service?.serviceName === service.serviceName && task.clusterName === service.clusterName,
  );
  const there = own.filter(({ lastStatus }) => lastStatus !== "STOPPED");
  if (service.status === "INACTIVE") return there.length > 0 ? "it is gone, and tasks are left" : undefined;
  const open = own.filter((task) => task.desiredStatus === "STOPPED" && !task.service!.accounted);
  if (open.length > 0) return `${open.length} ends are not accounted for`;
  if (service.deploymentController === "EXTERNAL") return unrestOfTaskSets(service, ledger, there);
  if (there.length !== service.desiredCount) return `it has ${there.length} of ${service.desiredCount} tasks`;
  const isStrange = there.some((task) => task.service!.deploymentId !== service.deployments[0]!.id);
  return isStrange ? "it has tasks of another deployment" : undefined;
}

export function checkRest(world: ServicesWorld): void {
  const reason = unrest(world);
  const services = reason === undefined ? [] : [...world.ledger.services.values()];
  assert.equal(reason, undefined, `${reason}: ${services.map((service) => shown(service, world))}`);
  checkTasks(world);
  for (const deployment of world.ledger.serviceDeployments.values()) {
    assert.ok(isFinished(deployment), `the history of ${deployment.id} says ${deployment.status}`);
  }
}
