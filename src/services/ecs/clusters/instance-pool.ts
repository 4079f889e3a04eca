import { portsOf } from "#kernel/port-mapping.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import {
  createPool,
  type HostPort,
  type Instance,
  type PlacementRequest,
  type Pool,
  type PoolOptions,
  portNumber,
  zoneAttribute,
} from "#placement/index.ts";
import { attributes } from "../model/attribute.ts";
import { type ContainerInstanceRecord, containerInstances } from "../model/container-instance.ts";
import { clusterPath, type TaskRecord, tasks } from "../model/task.ts";
import { type TaskDefinitionRecord, taskDefinitionKey, taskDefinitions } from "../model/task-definition.ts";
import { namedPorts, placementRequest } from "../tasks/needs.ts";

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
  const busyPorts = portsInUse(store);
  const own = instances.map((instance) => toInstance(instance, customOf(instance), busyPorts(instance)));
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

/** Ports of the host that tasks on an instance have. */
interface PortsOfTasks {
  /** By what their definitions name: those are reserved. */
  readonly named: readonly HostPort[];
  /** By what the host has given them. */
  readonly given: readonly HostPort[];
}

/**
 * The ports that are not to be had on an instance, beside those that are reserved there: the ports of a machine are had
 * once, also where several instances share it. The tasks of an instance are looked at once, however many do.
 */
export function portsInUse(store: Views): (instance: ContainerInstanceRecord) => HostPort[] {
  const known = new Map<string, PortsOfTasks>();
  const portsOn = (instance: ContainerInstanceRecord) => {
    const ports = known.get(instance.containerInstanceArn) ?? portsOfTasks(store, instance);
    known.set(instance.containerInstanceArn, ports);
    return ports;
  };
  return (instance) => {
    const ofHost = store.view(containerInstances).by("host", instance.hostId);
    const others = ofHost.filter(({ value }) => value.containerInstanceArn !== instance.containerInstanceArn);
    const theirs = others.map(({ value }) => portsOn(value)).flatMap(({ named, given }) => [...named, ...given]);
    return [...portsOn(instance).given, ...theirs];
  };
}

/** The ports that are reserved on an instance by what its tasks name. */
export function portsNamedOn(store: Views, instance: ContainerInstanceRecord): readonly HostPort[] {
  return portsOfTasks(store, instance).named;
}

function portsOfTasks(store: Views, { containerInstanceArn }: ContainerInstanceRecord): PortsOfTasks {
  const own = store.view(tasks).by("instance", containerInstanceArn);
  const named = own.flatMap(({ value }) => namedPorts(definitionOf(value, store)));
  const numbers = new Set(named.map(portNumber));
  const bound = own.flatMap(({ value }) => value.containers.flatMap(({ networkBindings = [] }) => networkBindings));
  const given = bound.flatMap(({ hostPort, hostPortRange, protocol }) =>
    portsOf(hostPort, hostPortRange).map((port) => ({ port, protocol })),
  );
  return { named, given: given.filter((port) => !numbers.has(portNumber(port))) };
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
  busyPorts: readonly HostPort[] = [],
): Instance {
  const { cpu, memoryMiB, networkInterfaces, reservedPorts } = record;
  return {
    ...{ id, status, agentConnected, registeredAt, cpu, memoryMiB, reservedPorts, busyPorts },
    ...(agentVersion !== undefined && { agentVersion }),
    ...(ec2InstanceId !== undefined && { ec2InstanceId }),
    ...(networkInterfaces !== undefined && { networkInterfaces }),
    attributes: new Map([...record.attributes, ...custom].map(({ name, value = "" }) => [name, value])),
  };
}

/** What a task takes of its instance. Its definition is kept as long as it lives. */
function takenBy(task: TaskRecord, store: Views) {
  const definition = definitionOf(task, store);
  return placementRequest({ definition, overrides: task.overrides, group: task.group, fallback: [] });
}

function definitionOf(task: TaskRecord, store: Views): TaskDefinitionRecord {
  return store.view(taskDefinitions).get(taskDefinitionKey(task, task.family, task.revision))!.value;
}
