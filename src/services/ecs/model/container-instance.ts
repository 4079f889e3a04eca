import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { zoneAttribute } from "#placement/index.ts";
import { containerInstanceMachine } from "../states.ts";
import { clusterPath } from "./task.ts";
import { ecsArn, type Tag } from "./world.ts";

/**
 * A host, or a part of one, that is registered with a cluster: where tasks of the launch types EC2 and EXTERNAL go.
 * Fields are those of the API where it has them; custom attributes are records of their own.
 */
export interface ContainerInstanceRecord extends World {
  readonly clusterName: string;
  /** 32 hexadecimal digits, the last part of the ARN. */
  readonly id: string;
  readonly containerInstanceArn: string;
  /** The host whose agent runs its tasks. */
  readonly hostId: string;
  readonly launchType: "EC2" | "EXTERNAL";
  /** INACTIVE: deregistered, and shown a while longer (see `inactiveAt`). */
  readonly status: ContainerInstanceStatus;
  readonly agentConnected: boolean;
  readonly agentVersion?: string;
  /** Of the engine: `20.10.24`. */
  readonly engineVersion?: string;
  readonly ec2InstanceId?: string;
  /** What its agent says of it: its zone, the capabilities of its engine. */
  readonly attributes: readonly { readonly name: string; readonly value?: string }[];
  /** CPU units and MiB that it has for tasks. */
  readonly cpu: number;
  readonly memoryMiB: number;
  /** With a limit: how many tasks with an interface of their own it takes. */
  readonly networkInterfaces?: number;
  readonly reservedPorts: readonly { readonly port: number; readonly protocol: "tcp" | "udp" }[];
  readonly tags: readonly Tag[];
  readonly registeredAt: number;
  readonly inactiveAt?: number;
  /**
   * Counts its changes, as the API's `version` does. Who places tasks on it counts it up in the same commit, so that
   * two who place at once do not both take the same room.
   */
  readonly version: number;
}

export type ContainerInstanceStatus = "ACTIVE" | "DRAINING" | "INACTIVE";

export const containerInstances: Collection<ContainerInstanceRecord, "cluster" | "host" | "machine"> = {
  name: "ecs/container-instance",
  indexes: {
    /** Those that are registered. */
    cluster: (instance) => (instance.status === "INACTIVE" ? undefined : clusterPath(instance)),
    host: ({ hostId, status }) => (status === "INACTIVE" ? undefined : hostId),
    machine: (instance) => (instance.status === "INACTIVE" ? undefined : machinePath(instance, instance.ec2InstanceId)),
  },
  machines: [containerInstanceMachine],
};

/** A machine by its instance id of EC2: the value of the index `machine`. */
export function machinePath({ account, region }: World, ec2InstanceId: string | undefined): string | undefined {
  return ec2InstanceId === undefined ? undefined : `${account}/${region}/${ec2InstanceId}`;
}

/** The zone that its agent says it is in. */
export function zoneOf({ attributes }: ContainerInstanceRecord): string | undefined {
  return attributes.find(({ name }) => name === zoneAttribute)?.value;
}

interface InstanceName extends World {
  readonly clusterName: string;
  readonly id: string;
}

export function containerInstanceKey(at: InstanceName): Key<ContainerInstanceRecord> {
  return keyOf(containerInstances, at.account, at.region, at.clusterName, at.id);
}

export function containerInstanceArn(at: InstanceName): string {
  return ecsArn(at, `container-instance/${at.clusterName}/${at.id}`);
}

/** The key of the instance that an ARN of this platform's own making names. */
export function instanceKeyOfArn(world: World, arn: string): Key<ContainerInstanceRecord> {
  const [, clusterName = "", id = ""] = arn.split("/");
  return containerInstanceKey({ account: world.account, region: world.region, clusterName, id });
}

/** A copy with these fields changed and the version counted up. */
export function changeInstance(
  instance: ContainerInstanceRecord,
  change: Partial<ContainerInstanceRecord>,
): ContainerInstanceRecord {
  return { ...instance, ...change, version: instance.version + 1 };
}
