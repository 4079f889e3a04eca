import type { Entry, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import {
  createPool,
  type HostPort,
  type Instance,
  type PlacementRequest,
  type Pool,
  type PoolOptions,
  zoneAttribute,
} from "#placement/index.ts";
import { attributes } from "../model/attribute.ts";
import { type ContainerInstanceRecord, containerInstances } from "../model/container-instance.ts";
import { clusterPath, type TaskRecord, tasks } from "../model/task.ts";
import { taskDefinitionKey, taskDefinitions } from "../model/task-definition.ts";
import { placementRequest } from "../tasks/needs.ts";

type Views = Pick<Store, "view">;

/** The container instances of a cluster with what is taken of them. */
export interface InstancePool {
  /** Instances have the ids of their records there. */
  readonly pool: Pool;
  readonly instances: ReadonlyMap<string, Entry<ContainerInstanceRecord>>;
}

export interface InstancePoolOptions extends PoolOptions {
  /** Tasks that have been told to stop are of their groups until they have stopped. */
  readonly leavingCount?: boolean;
}

/**
 * The pool of a launch type as the store has it now. It looks at every instance of the cluster and every task on them.
 */
export function instancePool(
  store: Views,
  cluster: World & { readonly clusterName: string },
  launchType: "EC2" | "EXTERNAL",
  options: InstancePoolOptions,
): InstancePool {
  const own = instancesIn(store, cluster, launchType);
  const custom = customAttributes(store, cluster);
  const records = own.map(({ value }) => value);
  const pool = poolOf(store, records, ({ id }) => custom.get(id) ?? [], options);
  return { pool, instances: new Map(own.map((entry) => [entry.value.id, entry])) };
}

/** A pool of one instance, with its tasks on it. */
export function poolOfInstance(store: Views, instance: ContainerInstanceRecord): Pool {
  const custom = store.view(attributes).by("instance", instance.containerInstanceArn);
  return poolOf(store, [instance], () => custom.map(({ value }) => value), { random: { float: () => 0.5 } });
}

type CustomAttributes = readonly { readonly name: string; readonly value?: string }[];

/** A pool of these instances, with their tasks on them. */
function poolOf(
  store: Views,
  instances: readonly ContainerInstanceRecord[],
  customOf: (instance: ContainerInstanceRecord) => CustomAttributes,
  options: InstancePoolOptions,
): Pool {
  const withSharedPorts = portSharing(store);
  const own = instances.map((instance) => toInstance(withSharedPorts(instance), customOf(instance)));
  const pool = createPool(own, options);
  for (const { id, containerInstanceArn } of instances) {
    for (const { value: task } of store.view(tasks).by("instance", containerInstanceArn)) {
      const leaves = task.desiredStatus === "STOPPED" && !options.leavingCount;
      if (leaves) pool.occupyLeaving(id, takenBy(task, store));
      else pool.occupy(id, takenBy(task, store));
    }
  }
  return pool;
}

/**
 * The ports of a machine are had once: those that tasks on other instances of the same host have are taken. The tasks
 * of an instance are looked at once, however many share its host.
 */
function portSharing(store: Views): (instance: ContainerInstanceRecord) => ContainerInstanceRecord {
  const known = new Map<string, readonly HostPort[]>();
  const portsOf = (instance: ContainerInstanceRecord) => {
    const ports = known.get(instance.containerInstanceArn) ?? portsOn(store, instance);
    known.set(instance.containerInstanceArn, ports);
    return ports;
  };
  return (instance) => {
    const others = store
      .view(containerInstances)
      .by("host", instance.hostId)
      .filter(({ value }) => value.containerInstanceArn !== instance.containerInstanceArn);
    if (others.length === 0) return instance;
    const taken = others.flatMap(({ value }) => portsOf(value));
    return { ...instance, reservedPorts: [...instance.reservedPorts, ...taken] };
  };
}

/** The ports of the host that tasks on an instance have, by what they asked for or by what the engine gave them. */
export function portsOn(store: Views, { containerInstanceArn }: ContainerInstanceRecord): HostPort[] {
  return store
    .view(tasks)
    .by("instance", containerInstanceArn)
    .flatMap(({ value }) => [
      ...(takenBy(value, store).spec.ports ?? []),
      ...value.containers.flatMap(({ networkBindings = [] }) =>
        networkBindings.map(({ hostPort, protocol }) => ({ port: hostPort, protocol })),
      ),
    ]);
}

type Cluster = World & { readonly clusterName: string };

function instancesIn(store: Views, cluster: Cluster, launchType: "EC2" | "EXTERNAL") {
  return store
    .view(containerInstances)
    .by("cluster", clusterPath(cluster))
    .filter(({ value }) => value.launchType === launchType);
}

function customAttributes(store: Views, cluster: Cluster) {
  const found = store.view(attributes).by("cluster", clusterPath(cluster));
  return Map.groupBy(
    found.map(({ value }) => value),
    ({ containerInstanceId }) => containerInstanceId,
  );
}

/**
 * The instances that could take a task if nothing else ran on them. That an agent is not connected at the moment says
 * nothing against it.
 */
export function fittingInstances(
  store: Views,
  cluster: Cluster,
  launchType: "EC2" | "EXTERNAL",
  request: PlacementRequest,
): ContainerInstanceRecord[] {
  const custom = customAttributes(store, cluster);
  return instancesIn(store, cluster, launchType)
    .map(({ value }) => value)
    .filter((record) => fitsAlone({ ...record, agentConnected: true }, custom.get(record.id) ?? [], request));
}

/** The zones, sorted, with an instance that could take a task if nothing else ran there: one a zone is looked for. */
export function fittingZones(
  store: Views,
  cluster: Cluster,
  launchType: "EC2" | "EXTERNAL",
  request: PlacementRequest,
): string[] {
  const zones = new Set<string>();
  for (const { value } of instancesIn(store, cluster, launchType)) {
    const zone = value.attributes.find(({ name }) => name === zoneAttribute)?.value;
    if (zone === undefined || zones.has(zone)) continue;
    const custom = store.view(attributes).by("instance", value.containerInstanceArn);
    const own = custom.map((each) => each.value);
    if (fitsAlone(value, own, request)) zones.add(zone);
  }
  return [...zones].sort();
}

function fitsAlone(record: ContainerInstanceRecord, custom: CustomAttributes, request: PlacementRequest): boolean {
  const pool = createPool([toInstance(record, custom)], { random: { float: () => 0.5 } });
  return pool.place(request) !== undefined;
}

function toInstance(
  { id, status, agentConnected, agentVersion, ec2InstanceId, registeredAt, ...record }: ContainerInstanceRecord,
  custom: CustomAttributes,
): Instance {
  const { cpu, memoryMiB, networkInterfaces, reservedPorts } = record;
  return {
    ...{ id, status, agentConnected, registeredAt, cpu, memoryMiB, reservedPorts },
    ...(agentVersion !== undefined && { agentVersion }),
    ...(ec2InstanceId !== undefined && { ec2InstanceId }),
    ...(networkInterfaces !== undefined && { networkInterfaces }),
    attributes: new Map([...record.attributes, ...custom].map(({ name, value = "" }) => [name, value])),
  };
}

/** What a task takes of its instance. Its definition is kept as long as it lives. */
function takenBy(task: TaskRecord, store: Views) {
  const definition = store.view(taskDefinitions).get(taskDefinitionKey(task, task.family, task.revision))!.value;
  return placementRequest({ definition, overrides: task.overrides, group: task.group, fallback: [] });
}
