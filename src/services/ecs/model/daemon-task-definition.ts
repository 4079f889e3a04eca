import type { DaemonContainerDefinition, DaemonVolume } from "#generated/ecs/types.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { daemonTaskDefinitionMachine } from "../states.ts";
import { ecsArn, type Tag } from "./world.ts";

/** What a daemon's tasks are made of: a revision of a family, validated. It never changes but in its status. */
export interface DaemonTaskDefinitionRecord extends World {
  readonly daemonTaskDefinitionArn: string;
  readonly family: string;
  readonly revision: number;
  /** DELETE_IN_PROGRESS: no new daemon may use it; it goes when none does. */
  readonly status: "ACTIVE" | "DELETE_IN_PROGRESS";
  readonly containerDefinitions: readonly DaemonContainerDefinition[];
  readonly volumes: readonly DaemonVolume[];
  readonly taskRoleArn?: string;
  readonly executionRoleArn?: string;
  /** CPU units and MiB as decimal digits. */
  readonly cpu?: string;
  readonly memory?: string;
  /** `shared`: with the container instance and other daemons. */
  readonly pidMode?: "none" | "shared";
  readonly ipcMode?: "none" | "shared";
  /** Milliseconds since the epoch. */
  readonly registeredAt: number;
  readonly deleteRequestedAt?: number;
  /** The ARN of who registered it. */
  readonly registeredBy: string;
  readonly tags: readonly Tag[];
}

/** What is left of a family for ever: revisions are never used twice. */
export interface DaemonFamilyRecord {
  readonly latestRevision: number;
}

export const daemonTaskDefinitions: Collection<DaemonTaskDefinitionRecord, "world" | "family"> = {
  name: "ecs/daemon-task-definition",
  indexes: {
    world: worldOf,
    family: ({ account, region, family }) => `${account}/${region}/${family}`,
  },
  machines: [daemonTaskDefinitionMachine],
};

export const daemonFamilies: Collection<DaemonFamilyRecord> = { name: "ecs/daemon-task-definition-family" };

/** Revisions are padded, so that keys are in their order. */
export function daemonTaskDefinitionKey(
  world: World,
  family: string,
  revision: number,
): Key<DaemonTaskDefinitionRecord> {
  return keyOf(daemonTaskDefinitions, world.account, world.region, family, String(revision).padStart(10, "0"));
}

export function daemonFamilyKey(world: World, family: string): Key<DaemonFamilyRecord> {
  return keyOf(daemonFamilies, world.account, world.region, family);
}

export function daemonTaskDefinitionArn(world: World, family: string, revision: number): string {
  return ecsArn(world, `daemon-task-definition/${family}:${revision}`);
}

export function daemonArn(world: World, clusterName: string, daemonName: string): string {
  return ecsArn(world, `daemon/${clusterName}/${daemonName}`);
}
