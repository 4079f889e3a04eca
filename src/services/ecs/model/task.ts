import type { TaskNetworkInterface } from "#kernel/agent-protocol.ts";
import type { Arn } from "#kernel/arn.ts";
import type { NetworkBinding } from "#kernel/port-mapping.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { taskMachine } from "../states.ts";
import { ecsArn, type Tag } from "./world.ts";

/** A task as it is kept. Times are milliseconds since the epoch; fields are those of the API where it has them. */
export interface TaskRecord extends World {
  readonly clusterName: string;
  /** 32 hexadecimal digits, the last part of the ARN. */
  readonly id: string;
  readonly taskArn: string;
  readonly clusterArn: string;
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly revision: number;
  /** Counts the changes of the record, as the API's `version` does. */
  readonly version: number;

  readonly lastStatus: TaskStatus;
  readonly desiredStatus: "RUNNING" | "STOPPED";
  readonly stopCode?: StopCode;
  readonly stoppedReason?: string;
  /** What the agent said last; the lifecycle follows it. */
  readonly agent?: { readonly status: "PENDING" | "RUNNING" | "STOPPED"; readonly sequence: number };

  readonly launchType: LaunchType;
  readonly capacityProviderName?: string;
  readonly platformVersion?: string;
  readonly platformFamily?: string;
  readonly cpuArchitecture: "X86_64" | "ARM64";
  /** CPU units and MiB as decimal text, as the API gives them; absent where the task has no limit of its own. */
  readonly cpu?: string;
  readonly memory?: string;
  readonly ephemeralStorageGiB?: number;
  readonly networkMode: "awsvpc" | "bridge" | "host" | "none";
  /** With awsvpc: what the caller asked for. */
  readonly awsvpcConfiguration?: AwsvpcConfiguration;
  /** With awsvpc, once placed: the interface that was made for it. */
  readonly networkInterface?: PlacedInterface;
  readonly attachments: readonly TaskAttachment[];

  readonly overrides: TaskOverrides;
  /** The roles in force, overrides applied. */
  readonly taskRoleArn?: string;
  readonly executionRoleArn?: string;
  /** With a task role: under which id its containers get the role's credentials. Known to nobody else. */
  readonly credentialsId?: string;
  readonly containers: readonly TaskContainer[];
  readonly group: string;
  /** Of a task that a service started. */
  readonly service?: TaskService;
  /** With Service Connect: its namespace, and the names in it with the loopback addresses that the proxy listens at. */
  readonly serviceConnect?: {
    readonly namespaceId: string;
    readonly hosts: readonly { readonly hostname: string; readonly ipAddress: string }[];
  };
  readonly startedBy?: string;
  readonly referenceId?: string;
  readonly enableExecuteCommand: boolean;
  readonly tags: readonly Tag[];

  /** The host that runs it, once placed. */
  readonly hostId?: string;
  readonly containerInstanceArn?: string;
  readonly availabilityZone?: string;
  /** When it was placed, and why there, in words. */
  readonly placement?: { readonly at: number; readonly why: string };

  readonly createdAt: number;
  readonly pullStartedAt?: number;
  readonly pullStoppedAt?: number;
  readonly startedAt?: number;
  readonly stoppingAt?: number;
  readonly executionStoppedAt?: number;
  readonly stoppedAt?: number;
}

/** What a task of a service belongs to. */
export interface TaskService {
  readonly serviceName: string;
  /** `ecs-svc/...`; of a task set its id. */
  readonly deploymentId: string;
  readonly revisionId: string;
  /** Of a task set that was given one. */
  readonly taskSetExternalId?: string;
  /** The scheduler has taken the task's end into account: it has stopped it itself, or has counted it. */
  readonly accounted?: true;
  /** Not stopped by a scale-in or a deployment before this time, in milliseconds since the epoch. */
  readonly protectedUntil?: number;
  /** When the scheduler found it unhealthy, and told of it. */
  readonly unhealthySince?: number;
}

export type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";
export type StopCode =
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "UserInitiated"
  | "ServiceSchedulerInitiated"
  | "SpotInterruption"
  | "TerminationNotice";
export type LaunchType = "FARGATE" | "EC2" | "EXTERNAL";
export interface AwsvpcConfiguration {
  readonly subnets: readonly string[];
  /** Never empty: the VPC's default group stands in when the caller names none. */
  readonly securityGroups: readonly string[];
  readonly assignPublicIp: "ENABLED" | "DISABLED";
}

export interface PlacedInterface extends TaskNetworkInterface {
  readonly attachmentId: string;
}

/** What the host is told of it. */
export function hostInterface({ attachmentId: _, ...networkInterface }: PlacedInterface): TaskNetworkInterface {
  return networkInterface;
}

export interface TaskAttachment {
  readonly id: string;
  readonly type: "ElasticNetworkInterface";
  readonly status: "PRECREATED" | "CREATED" | "ATTACHING" | "ATTACHED" | "DETACHING" | "DETACHED" | "DELETED";
  readonly details: readonly { readonly name: string; readonly value: string }[];
}

export interface TaskOverrides {
  readonly cpu?: string;
  readonly memory?: string;
  readonly executionRoleArn?: string;
  readonly taskRoleArn?: string;
  readonly ephemeralStorage?: { readonly sizeInGiB: number };
  readonly containerOverrides: readonly ContainerOverrides[];
}

export interface ContainerOverrides {
  readonly name: string;
  readonly command?: readonly string[];
  readonly environment?: readonly { readonly name?: string; readonly value?: string }[];
  readonly cpu?: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
}

export interface TaskContainer {
  readonly containerArn: string;
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  readonly hasHealthCheck: boolean;
  readonly lastStatus: "PENDING" | "RUNNING" | "STOPPED";
  /** As decimal text, as the API gives them. */
  readonly cpu: string;
  readonly memory?: string;
  readonly memoryReservation?: string;
  readonly runtimeId?: string;
  readonly imageDigest?: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly healthStatus?: "HEALTHY" | "UNHEALTHY" | "UNKNOWN";
  /** What came late is known by it. */
  readonly healthStatusSince?: number;
  /** While it is UNHEALTHY: what its last health check wrote. */
  readonly healthOutput?: string;
  readonly networkBindings?: readonly NetworkBinding[];
}

/** The cluster that a task or an index is about, as text. */
export function clusterPath(at: { account: string; region: string; clusterName: string }): string {
  return `${at.account}/${at.region}/${at.clusterName}`;
}

/** A zone as a group of tasks is spread over it. */
export function zonePath(
  at: { account: string; region: string; clusterName: string; group: string },
  availabilityZone: string,
): string {
  return `${clusterPath(at)}/${availabilityZone}/${at.group}`;
}

export type TaskIndex =
  | "alive"
  | "credentials"
  | "unplaced"
  | "cluster"
  | "desired"
  | "family"
  | "startedBy"
  | "group"
  | "service"
  | "connect"
  | "proxied"
  | "zone"
  | "definition"
  | "host"
  | "instance"
  | "status";

export const tasks: Collection<TaskRecord, TaskIndex> = {
  name: "ecs/task",
  indexes: {
    cluster: clusterPath,
    desired: (task) => `${clusterPath(task)}/${task.desiredStatus}`,
    family: (task) => `${clusterPath(task)}/${task.family}`,
    startedBy: (task) => task.startedBy && `${clusterPath(task)}/${task.startedBy}`,
    group: (task) => `${clusterPath(task)}/${task.group}`,
    /** What the scheduler of a service has to look at. Those that have stopped and are accounted for are not. */
    service: (task) =>
      task.service === undefined || (task.lastStatus === "STOPPED" && task.service.accounted)
        ? undefined
        : `${clusterPath(task)}/${task.service.serviceName}`,
    /** Those with a proxy of Service Connect, by account, region and namespace. */
    connect: ({ lastStatus, serviceConnect, account, region }) =>
      lastStatus === "STOPPED" || serviceConnect === undefined
        ? undefined
        : `${account}/${region}/${serviceConnect.namespaceId}`,
    /** `yes`: those of all accounts and namespaces. */
    proxied: ({ lastStatus, serviceConnect }) =>
      lastStatus === "STOPPED" || serviceConnect === undefined ? undefined : "yes",
    /** What counts when a group is spread over the zones: placed, and not to be stopped. */
    zone: (task) =>
      task.desiredStatus === "STOPPED" || task.lastStatus === "STOPPED" || task.availabilityZone === undefined
        ? undefined
        : zonePath(task, task.availabilityZone),
    definition: (task) => (task.lastStatus === "STOPPED" ? undefined : task.taskDefinitionArn),
    /** What the host's agent must know of: placed, and not yet reported as stopped. */
    host: (task) => (task.agent?.status === "STOPPED" || task.lastStatus === "STOPPED" ? undefined : task.hostId),
    /** What takes room on a container instance. */
    instance: (task) => (task.lastStatus === "STOPPED" ? undefined : task.containerInstanceArn),
    /** `yes`: all that have not stopped, over all accounts. */
    alive: (task) => (task.lastStatus === "STOPPED" ? undefined : "yes"),
    credentials: (task) => (task.lastStatus === "STOPPED" ? undefined : task.credentialsId),
    /** `yes`: what the scheduler still has to place, over all accounts. */
    unplaced: (task) => (task.lastStatus === "PROVISIONING" ? "yes" : undefined),
    status: (task) => `${clusterPath(task)}/${task.lastStatus}`,
  },
  machines: [taskMachine],
};

export function taskArn(at: { account: string; region: string; clusterName: string; id: string }): string {
  return ecsArn(at, `task/${at.clusterName}/${at.id}`);
}

/**
 * Stands for a task that has no id yet, where a role's trust policy is asked about it. Such policies name tasks with a
 * wildcard: single clusters cannot be named ("Task IAM role", Amazon ECS Developer Guide).
 */
export function anyTaskArn(world: World): string {
  return ecsArn(world, "task/*");
}

export function taskKey(at: { account: string; region: string; clusterName: string; id: string }): Key<TaskRecord> {
  return keyOf(tasks, at.account, at.region, at.clusterName, at.id);
}

/** What the ARN of a task names, or undefined when the ARN is not a task's. */
export function taskNameOfArn(arn: Arn | undefined): Parameters<typeof taskKey>[0] | undefined {
  const [kind, clusterName, id, ...rest] = arn?.resource.split("/") ?? [];
  if (arn?.service !== "ecs" || kind !== "task" || !clusterName || !id || rest.length > 0) return undefined;
  return { account: arn.account, region: arn.region, clusterName, id };
}

/** The key of the task with this ARN; undefined as above. */
export function taskKeyOfArn(arn: Arn | undefined): Key<TaskRecord> | undefined {
  const name = taskNameOfArn(arn);
  return name && taskKey(name);
}

/** A copy with these fields changed and the version counted up. */
export function changeTask(task: TaskRecord, change: Partial<TaskRecord>): TaskRecord {
  return { ...task, ...change, version: task.version + 1 };
}

/** A copy with these marks of its service's scheduler. Nobody is shown them: the version stays, there is no event. */
export function markTask(task: TaskRecord, service: TaskService): TaskRecord {
  return { ...task, service };
}

/** It runs, and nobody wants it to end. */
export function goesOn({ lastStatus, desiredStatus }: TaskRecord): boolean {
  return lastStatus === "RUNNING" && desiredStatus === "RUNNING";
}

/** HEALTHY when every essential container with a health check is; UNHEALTHY as soon as one is not. */
export function taskHealth(task: TaskRecord): "HEALTHY" | "UNHEALTHY" | "UNKNOWN" {
  const checked = task.containers.filter((container) => container.essential && container.hasHealthCheck);
  if (checked.some((container) => container.healthStatus === "UNHEALTHY")) return "UNHEALTHY";
  return checked.length > 0 && checked.every((container) => container.healthStatus === "HEALTHY")
    ? "HEALTHY"
    : "UNKNOWN";
}
