import type { Ulimit } from "#generated/ecs/types.ts";
import type { ContainerPayload, HealthCheck, VolumePayload } from "#kernel/agent-protocol.ts";
import type { PortMapping } from "#kernel/port-mapping.ts";
import type { Collection, Key, Prefix } from "#kernel/store.ts";
import { keyOf, prefixOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { taskDefinitionMachine } from "../states.ts";
import type { Tag } from "./world.ts";
import { ecsArn } from "./world.ts";

export type TaskDefinitionStatus = "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS";
export type Compatibility = "EC2" | "FARGATE" | "EXTERNAL" | "MANAGED_INSTANCES";
export type NetworkMode = "awsvpc" | "bridge" | "host" | "none";

/** A revision of a family, validated, with the defaults that AWS fills in. It never changes but in its status. */
export interface TaskDefinitionRecord extends World {
  readonly taskDefinitionArn: string;
  readonly family: string;
  readonly revision: number;
  readonly status: TaskDefinitionStatus;
  readonly containerDefinitions: readonly ContainerDefinitionRecord[];
  readonly taskRoleArn?: string;
  readonly executionRoleArn?: string;
  /** Absent means the default: `bridge`. */
  readonly networkMode?: NetworkMode;
  readonly volumes: readonly VolumePayload[];
  readonly placementConstraints: readonly { readonly type: "memberOf"; readonly expression?: string }[];
  /** Names of attributes that a container instance must have. */
  readonly requiresAttributes: readonly { readonly name: string; readonly value?: string }[];
  /** What it can run on, as worked out. */
  readonly compatibilities: readonly Compatibility[];
  /** What the caller asked it to be checked against. */
  readonly requiresCompatibilities?: readonly Compatibility[];
  /** CPU units (1024 a core) as decimal digits, with `vCPU` notations worked out. */
  readonly cpu?: string;
  /** MiB as decimal digits, with `GB` notations worked out. */
  readonly memory?: string;
  readonly pidMode?: "host" | "task";
  readonly ipcMode?: "host" | "task" | "none";
  readonly ephemeralStorage?: { readonly sizeInGiB: number };
  readonly runtimePlatform?: {
    readonly cpuArchitecture?: "X86_64" | "ARM64";
    readonly operatingSystemFamily?: "LINUX";
  };
  /** Milliseconds since the epoch. */
  readonly registeredAt: number;
  readonly deregisteredAt?: number;
  readonly deleteRequestedAt?: number;
  /** The ARN of who registered it. */
  readonly registeredBy: string;
  readonly tags: readonly Tag[];
}

/** A container of a task definition; as a `ContainerPayload`, before the overrides of a task. */
export interface ContainerDefinitionRecord
  extends Omit<
    ContainerPayload,
    | "imageDigest"
    | "portMappings"
    | "logConfiguration"
    | "healthCheck"
    | "secrets"
    | "dependsOn"
    | "systemControls"
    | "ulimits"
  > {
  readonly portMappings: readonly ContainerPortMapping[];
  readonly systemControls: readonly { readonly namespace: string; readonly value: string }[];
  readonly secrets?: readonly Secret[];
  readonly dependsOn?: ContainerPayload["dependsOn"];
  readonly ulimits?: readonly Ulimit[];
  readonly healthCheck?: HealthCheck;
  readonly logConfiguration?: {
    readonly logDriver: "awslogs" | "json-file";
    readonly options?: Readonly<Record<string, string>>;
    /** Empty, as it was given: Terraform compares what it reads with that. */
    readonly secretOptions?: readonly Secret[];
  };
  /** Absent means `enabled`: the digest that a service's first task resolved holds for all its tasks. */
  readonly versionConsistency?: "enabled" | "disabled";
}

export interface Secret {
  readonly name: string;
  readonly valueFrom: string;
}

export interface ContainerPortMapping extends PortMapping {
  readonly name?: string;
  readonly appProtocol?: "http" | "http2" | "grpc";
}

/** What is left of a family for ever: revisions are never used twice, not even after their deletion. */
export interface TaskDefinitionFamilyRecord extends World {
  readonly family: string;
  readonly latestRevision: number;
}

export const taskDefinitions: Collection<TaskDefinitionRecord, "familyStatus" | "status"> = {
  name: "ecs/task-definition",
  indexes: {
    familyStatus: (record) => familyStatus(record, record.family, record.status),
    status: (record) => record.status,
  },
  machines: [taskDefinitionMachine],
};

export const taskDefinitionFamilies: Collection<TaskDefinitionFamilyRecord> = {
  name: "ecs/task-definition-family",
};

/** The value of the index `familyStatus`. Its entries come in the order of their revisions. */
export function familyStatus(world: World, family: string, status: TaskDefinitionStatus): string {
  return `${world.account}/${world.region}/${family}/${status}`;
}

/** Revisions are padded, so that keys are in their order. */
export function taskDefinitionKey(world: World, family: string, revision: number): Key<TaskDefinitionRecord> {
  return keyOf(taskDefinitions, world.account, world.region, family, String(revision).padStart(10, "0"));
}

export function familyKey(world: World, family: string): Key<TaskDefinitionFamilyRecord> {
  return keyOf(taskDefinitionFamilies, world.account, world.region, family);
}

export function familiesOf(world: World): Prefix<TaskDefinitionFamilyRecord> {
  return prefixOf(taskDefinitionFamilies, world.account, world.region);
}

export function taskDefinitionArn(world: World, family: string, revision: number): string {
  return ecsArn(world, `task-definition/${family}:${revision}`);
}
