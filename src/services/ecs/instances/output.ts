import type { Attribute, ContainerInstance, Resource } from "#generated/ecs/types.ts";
import type { Store } from "#kernel/store.ts";
import type { HostPort } from "#placement/index.ts";
import { poolOfInstance, portsInUse, portsNamedOn } from "../clusters/instance-pool.ts";
import { attributes } from "../model/attribute.ts";
import type { ContainerInstanceRecord } from "../model/container-instance.ts";
import { tasks } from "../model/task.ts";
import { isPending, isRunning } from "../services/output-parts.ts";

type Views = Pick<Store, "view">;

/** The API's ContainerInstance. Tags are left out unless asked for. */
export function toContainerInstance(
  store: Views,
  instance: ContainerInstanceRecord,
  options: { readonly tags: boolean } = { tags: false },
): ContainerInstance {
  const own = store.view(tasks).by("instance", instance.containerInstanceArn);
  return {
    ...registeredInstance(instance),
    remainingResources: remainingResources(store, instance),
    runningTasksCount: own.filter(({ value }) => isRunning(value)).length,
    pendingTasksCount: own.filter(({ value }) => isPending(value)).length,
    attributes: attributesOfInstance(store, instance),
    registeredAt: instance.registeredAt,
    attachments: [],
    tags: options.tags ? instance.tags : [],
  };
}

/** What does not change with the tasks that are on it. */
export function registeredInstance(instance: ContainerInstanceRecord): ContainerInstance {
  const { agentVersion, engineVersion, ec2InstanceId } = instance;
  return {
    containerInstanceArn: instance.containerInstanceArn,
    ...(ec2InstanceId !== undefined && { ec2InstanceId }),
    version: instance.version,
    versionInfo: {
      ...(agentVersion !== undefined && { agentVersion }),
      ...(engineVersion !== undefined && { dockerVersion: `DockerVersion: ${engineVersion}` }),
    },
    registeredResources: resources(instance.cpu, instance.memoryMiB, instance.reservedPorts),
    status: instance.status,
    agentConnected: instance.agentConnected,
  };
}

/** Those of its agent, and those that were put on it. */
export function attributesOfInstance(store: Views, instance: ContainerInstanceRecord): Attribute[] {
  const custom = store.view(attributes).by("instance", instance.containerInstanceArn);
  const all = [...instance.attributes, ...custom.map(({ value }) => value)];
  return all.map(({ name, value }) => ({ name, ...(value !== undefined && { value }) }));
}

/** What its tasks have left of it. */
export function remainingResources(store: Views, instance: ContainerInstanceRecord): Resource[] {
  const { cpu, memoryMiB } = poolOfInstance(store, instance).room(instance.id);
  const taken = [...portsNamedOn(store, instance), ...portsInUse(store)(instance)];
  return resources(cpu, memoryMiB, [...instance.reservedPorts, ...taken]);
}

/** As the ECS agent gives them: ports are those that are taken. */
function resources(cpu: number, memoryMiB: number, ports: readonly HostPort[]): Resource[] {
  return [amount("CPU", cpu), amount("MEMORY", memoryMiB), portList("PORTS", "tcp"), portList("PORTS_UDP", "udp")];

  function portList(name: string, wanted: HostPort["protocol"]): Resource {
    const own = ports.filter(({ protocol }) => protocol === wanted).map(({ port }) => port);
    const sorted = [...new Set(own)].toSorted((a, b) => a - b);
    return {
      name,
      type: "STRINGSET",
      doubleValue: 0,
      longValue: 0,
      integerValue: 0,
      stringSetValue: sorted.map(String),
    };
  }
}

function amount(name: string, integerValue: number): Resource {
  return { name, type: "INTEGER", doubleValue: 0, longValue: 0, integerValue };
}
