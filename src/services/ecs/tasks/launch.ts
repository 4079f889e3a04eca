import type { World } from "#kernel/world.ts";
import { clusterArn } from "../model/cluster.ts";
import {
  type AwsvpcConfiguration,
  type ContainerOverrides,
  type TaskContainer,
  type TaskOverrides,
  type TaskRecord,
  taskArn,
} from "../model/task.ts";
import type { ContainerDefinitionRecord, TaskDefinitionRecord } from "../model/task-definition.ts";
import { ecsArn, type Tag } from "../model/world.ts";

/** Where a task is to run: the launch type, and the capacity provider when it came through one. */
export interface Capacity {
  readonly launchType: "FARGATE" | "EC2" | "EXTERNAL";
  readonly capacityProviderName?: string;
}

/** A container instance that a task is placed on. */
export interface TaskInstance {
  readonly containerInstanceArn: string;
  readonly availabilityZone?: string;
}

/** All that tells one task of a request from another. Ids are made by the caller, so that this stays pure. */
export interface NewTask {
  readonly world: World;
  readonly clusterName: string;
  readonly definition: TaskDefinitionRecord;
  readonly capacity: Capacity;
  /** With the launch types EC2 and EXTERNAL. */
  readonly instance?: TaskInstance;
  readonly platformVersion?: string;
  readonly awsvpcConfiguration?: AwsvpcConfiguration;
  readonly overrides: TaskOverrides;
  readonly group: string;
  readonly service?: TaskRecord["service"];
  readonly serviceConnect?: TaskRecord["serviceConnect"];
  readonly startedBy?: string;
  readonly referenceId?: string;
  readonly enableExecuteCommand: boolean;
  readonly tags: readonly Tag[];
  readonly now: number;
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Makes a UUID: the ids of the containers and of the attachment. */
  readonly newUuid: () => string;
}

/** The record of a task that is to be run, in PROVISIONING. */
export function newTask(wanted: NewTask): TaskRecord {
  const { definition, overrides } = wanted;
  const fargate = wanted.capacity.launchType === "FARGATE";
  const at = { ...wanted.world, clusterName: wanted.clusterName, id: wanted.id };
  const cpu = overrides.cpu ?? definition.cpu;
  const memory = overrides.memory ?? definition.memory;
  const ephemeralStorageGiB = overrides.ephemeralStorage?.sizeInGiB ?? definition.ephemeralStorage?.sizeInGiB;
  return {
    account: at.account,
    region: at.region,
    clusterName: at.clusterName,
    id: at.id,
    taskArn: taskArn(at),
    clusterArn: clusterArn(at, at.clusterName),
    taskDefinitionArn: definition.taskDefinitionArn,
    family: definition.family,
    revision: definition.revision,
    version: 1,
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    ...wanted.capacity,
    ...wanted.instance,
    ...(fargate && { platformVersion: wanted.platformVersion ?? "1.4.0", platformFamily: "Linux" }),
    cpuArchitecture: definition.runtimePlatform?.cpuArchitecture ?? "X86_64",
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    // Fargate gives every task 20 GiB when it asks for no more.
    ...((fargate || ephemeralStorageGiB) && { ephemeralStorageGiB: ephemeralStorageGiB ?? 20 }),
    networkMode: definition.networkMode ?? "bridge",
    ...(wanted.awsvpcConfiguration && { awsvpcConfiguration: wanted.awsvpcConfiguration }),
    attachments: wanted.awsvpcConfiguration ? [newAttachment(wanted.awsvpcConfiguration, wanted.newUuid())] : [],
    overrides: withEveryContainer(overrides, definition),
    ...roles(wanted),
    containers: definition.containerDefinitions.map((container) => newContainer(container, wanted)),
    group: wanted.group,
    ...(wanted.service && { service: wanted.service }),
    ...(wanted.serviceConnect && { serviceConnect: wanted.serviceConnect }),
    ...(wanted.startedBy && { startedBy: wanted.startedBy }),
    ...(wanted.referenceId && { referenceId: wanted.referenceId }),
    enableExecuteCommand: wanted.enableExecuteCommand,
    tags: wanted.tags,
    createdAt: wanted.now,
  };
}

function roles({ overrides, definition, newUuid }: NewTask): Partial<TaskRecord> {
  const taskRoleArn = overrides.taskRoleArn ?? definition.taskRoleArn;
  const executionRoleArn = overrides.executionRoleArn ?? definition.executionRoleArn;
  return {
    ...(taskRoleArn && { taskRoleArn, credentialsId: newUuid() }),
    ...(executionRoleArn && { executionRoleArn }),
  };
}

function newAttachment(configuration: AwsvpcConfiguration, id: string): TaskRecord["attachments"][number] {
  return {
    id,
    type: "ElasticNetworkInterface",
    status: "PRECREATED",
    details: configuration.subnets.slice(0, 1).map((value) => ({ name: "subnetId", value })),
  };
}

/** DescribeTasks names every container under the overrides, those without any too. */
function withEveryContainer(overrides: TaskOverrides, definition: TaskDefinitionRecord): TaskOverrides {
  const given = new Map(overrides.containerOverrides.map((override) => [override.name, override]));
  return {
    ...overrides,
    containerOverrides: definition.containerDefinitions.map(({ name }) => given.get(name) ?? { name }),
  };
}

function newContainer(container: ContainerDefinitionRecord, wanted: NewTask): TaskContainer {
  const override: ContainerOverrides | undefined = wanted.overrides.containerOverrides.find(
    ({ name }) => name === container.name,
  );
  const memory = override?.memory ?? container.memory;
  const memoryReservation = override?.memoryReservation ?? container.memoryReservation;
  const containerId = wanted.newUuid();
  return {
    containerArn: ecsArn(wanted.world, `container/${wanted.clusterName}/${wanted.id}/${containerId}`),
    name: container.name,
    image: container.image,
    essential: container.essential,
    hasHealthCheck: container.healthCheck !== undefined,
    lastStatus: "PENDING",
    cpu: String(override?.cpu ?? container.cpu),
    ...(memory !== undefined && { memory: String(memory) }),
    ...(memoryReservation !== undefined && { memoryReservation: String(memoryReservation) }),
  };
}
