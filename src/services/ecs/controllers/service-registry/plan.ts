import { isDeepStrictEqual } from "node:util";
import type { Entry } from "#kernel/store.ts";
import {
  attributeNames,
  type CustomHealth,
  type InstanceChanges,
  type InstanceRecord,
  newInstance,
  type ServiceRecord,
  withHealth,
} from "#services/discovery/model.ts";
import type { ServiceRegistry } from "../../model/service.ts";
import { goesOn, type TaskRecord, taskHealth } from "../../model/task.ts";

/** A service of Cloud Map in which tasks are registered. */
export interface RegistryView {
  readonly service: ServiceRecord;
  /** The tasks that have to do with it, and how their revision names it. */
  readonly tasks: readonly { readonly task: Entry<TaskRecord>; readonly registry: ServiceRegistry }[];
  /** Its instances with the ids of these tasks, whoever registered them. */
  readonly instances: ReadonlyMap<string, InstanceRecord>;
  /** Its instances that this ECS service has registered. */
  readonly owned: readonly InstanceRecord[];
}

export interface RegistryPlan {
  readonly changes: InstanceChanges;
  /** The tasks that are registered: they must not have changed when that is committed. */
  readonly tasks: readonly Entry<TaskRecord>[];
}

/**
 * Decides which tasks of an ECS service are registered in a service of Cloud Map, and as what: those that run and are
 * to go on. With a custom health check the instance is what the task's own health checks say. Pure.
 */
export function planRegistry({ service, tasks, instances, owned }: RegistryView, owner: string): RegistryPlan {
  const register: InstanceRecord[] = [];
  const health: InstanceRecord[] = [];
  const registered: Entry<TaskRecord>[] = [];
  const stay = new Set<string>();
  for (const { task, registry } of tasks) {
    const wanted = wantedInstance(task.value, registry, service, owner);
    if (wanted === undefined) continue;
    stay.add(wanted.id);
    const found = instances.get(wanted.id);
    if (found === undefined || !isSame(found, wanted)) {
      register.push(wanted);
      registered.push(task);
    } else if (found.health !== wanted.health || found.healthChange !== undefined) {
      health.push(withHealth(found, wanted.health ?? "HEALTHY"));
    }
  }
  const deregister = owned.map(({ id }) => id).filter((id) => !stay.has(id));
  return { changes: { register, deregister, health }, tasks: registered };
}

function wantedInstance(
  task: TaskRecord,
  registry: ServiceRegistry,
  service: ServiceRecord,
  owner: string,
): InstanceRecord | undefined {
  const address = task.networkInterface?.privateIpv4Address;
  if (!goesOn(task) || address === undefined) return undefined;
  const port = registry.port ?? registry.containerPort;
  const health = healthOf(task);
  const attributes = {
    AVAILABILITY_ZONE: task.availabilityZone ?? "",
    ...(service.healthCheckCustomConfig && { [attributeNames.initialHealth]: health }),
    [attributeNames.ipv4]: address,
    ...(port !== undefined && { [attributeNames.port]: String(port) }),
    ECS_CLUSTER_NAME: task.clusterName,
    ECS_SERVICE_NAME: task.service?.serviceName ?? "",
    ...(task.service?.taskSetExternalId !== undefined && { ECS_TASK_SET_EXTERNAL_ID: task.service.taskSetExternalId }),
    ECS_TASK_DEFINITION_FAMILY: task.family,
    REGION: task.region,
  };
  return newInstance(service, { id: task.id, attributes, creatorRequestId: task.id, owner });
}

/** A task without a health check of its own is healthy as long as it runs; one with it once that says so. */
function healthOf(task: TaskRecord): CustomHealth {
  const isChecked = task.containers.some(({ essential, hasHealthCheck }) => essential && hasHealthCheck);
  return !isChecked || taskHealth(task) === "HEALTHY" ? "HEALTHY" : "UNHEALTHY";
}

/** Whether only the health may differ. What it was at first stays in the attributes. */
function isSame(found: InstanceRecord, wanted: InstanceRecord): boolean {
  const initial = found.attributes[attributeNames.initialHealth];
  const attributes = { ...wanted.attributes, ...(initial && { [attributeNames.initialHealth]: initial }) };
  return found.owner === wanted.owner && isDeepStrictEqual(found.attributes, attributes);
}
