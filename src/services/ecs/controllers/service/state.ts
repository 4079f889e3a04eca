import type { Entry, Read, Store } from "#kernel/store.ts";
import {
  type ServiceRecord,
  type ServiceRevisionRecord,
  servicePath,
  serviceRevisionKey,
} from "../../model/service.ts";
import { type ServiceDeploymentRecord, serviceDeploymentKey } from "../../model/service-deployment.ts";
import { tasks } from "../../model/task.ts";
import { type TaskSetRecord, taskSets } from "../../model/task-set.ts";
import type { ServiceView } from "./view.ts";

/** A view of a service as the store has it now, and the records that its plan must not overtake. */
export interface ServiceState {
  readonly view: ServiceView;
  readonly service: Entry<ServiceRecord>;
  readonly serviceDeployments: ReadonlyMap<string, Read<ServiceDeploymentRecord>>;
  readonly taskSets: readonly Entry<TaskSetRecord>[];
}

/** What is not in the records of the service and its tasks. */
export type Surroundings = Pick<
  ServiceView,
  | "now"
  | "settleMs"
  | "newDeploymentId"
  | "targetHealth"
  | "trafficApplied"
  | "alarmState"
  | "instanceOf"
  | "isDraining"
  | "zonesOf"
  | "daemonInstances"
  | "launchFault"
>;

export async function readServiceState(
  store: Store,
  service: Entry<ServiceRecord>,
  surroundings: Surroundings,
): Promise<ServiceState> {
  const { value } = service;
  const sets = taskSetsIn(store, value);
  const revisionIds = new Set([
    ...value.deployments.map(({ revisionId }) => revisionId),
    ...sets.map((taskSet) => taskSet.value.revisionId),
    ...(value.completedRevisionId === undefined ? [] : [value.completedRevisionId]),
  ]);
  const revisions = new Map<string, ServiceRevisionRecord>();
  for (const id of revisionIds) {
    const revision = await store.get(serviceRevisionKey(value, id));
    if (revision.value !== undefined) revisions.set(id, revision.value);
  }
  const serviceDeployments = new Map<string, Read<ServiceDeploymentRecord>>();
  for (const { serviceDeploymentId: id } of value.deployments) {
    if (!serviceDeployments.has(id)) serviceDeployments.set(id, await store.get(serviceDeploymentKey(value, id)));
  }
  const view: ServiceView = {
    ...surroundings,
    service: value,
    revisions,
    serviceDeployments: present(serviceDeployments),
    taskSets: sets.map((taskSet) => taskSet.value),
    tasks: store.view(tasks).by("service", servicePath(value)),
  };
  return { view, service, serviceDeployments, taskSets: sets };
}

function taskSetsIn(store: Store, service: ServiceRecord): Entry<TaskSetRecord>[] {
  if (service.deploymentController !== "EXTERNAL") return [];
  const found = store.view(taskSets).by("service", servicePath(service));
  return found.toSorted((a, b) => a.value.createdAt - b.value.createdAt);
}

function present<T>(reads: ReadonlyMap<string, Read<T>>): Map<string, T> {
  return new Map([...reads].flatMap(([id, { value }]) => (value === undefined ? [] : [[id, value] as const])));
}
