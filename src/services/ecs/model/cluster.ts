import type { Collection, Key, Prefix } from "#kernel/store.ts";
import { keyOf, prefixOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { clusterMachine } from "../states.ts";
import type { Tag } from "./world.ts";
import { ecsArn } from "./world.ts";

/** The cluster that is meant where a caller names none. It has to be made like any other. */
export const defaultClusterName = "default";

export type ClusterStatus = "ACTIVE" | "PROVISIONING" | "DEPROVISIONING" | "INACTIVE";

export interface ClusterRecord extends World {
  readonly clusterName: string;
  readonly clusterArn: string;
  /** INACTIVE: deleted, and shown a while longer (see `inactiveAt`). */
  readonly status: ClusterStatus;
  readonly settings: readonly ClusterSetting[];
  readonly configuration?: ClusterConfiguration;
  /** Names, in the order given. */
  readonly capacityProviders: readonly string[];
  readonly defaultCapacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  /** The ARN of the namespace that services are in when they do not say (`serviceConnectDefaults`). */
  readonly serviceConnectNamespace?: string;
  readonly tags: readonly Tag[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly inactiveAt?: number;
}

export interface ClusterSetting {
  readonly name: "containerInsights";
  readonly value: string;
}

export interface CapacityProviderStrategyItem {
  readonly capacityProvider: string;
  readonly weight: number;
  readonly base: number;
}

export interface ClusterConfiguration {
  readonly executeCommandConfiguration?: {
    readonly kmsKeyId?: string;
    readonly logging?: "NONE" | "DEFAULT" | "OVERRIDE";
    readonly logConfiguration?: {
      readonly cloudWatchLogGroupName?: string;
      readonly cloudWatchEncryptionEnabled?: boolean;
      readonly s3BucketName?: string;
      readonly s3EncryptionEnabled?: boolean;
      readonly s3KeyPrefix?: string;
    };
  };
}

export const clusters: Collection<ClusterRecord> = {
  name: "ecs/cluster",
  machines: [clusterMachine],
};

export function clusterKey(world: World, clusterName: string): Key<ClusterRecord> {
  return keyOf(clusters, world.account, world.region, clusterName);
}

export function clustersOf(world: World): Prefix<ClusterRecord> {
  return prefixOf(clusters, world.account, world.region);
}

export function clusterArn(world: World, clusterName: string): string {
  return ecsArn(world, `cluster/${clusterName}`);
}
