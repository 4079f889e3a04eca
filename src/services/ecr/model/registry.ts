import type { RegistryScanningConfiguration, ReplicationConfiguration } from "#generated/ecr/types.ts";
import { type Collection, type Key, keyOf, type Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";

/** What is set for a registry as a whole; made with the first setting. Times are milliseconds since the epoch. */
export interface RegistryRecord extends World {
  /** The text of the resource-based policy. It counts for every repository of the registry. */
  readonly policy?: string;
  /** Account settings that have been changed, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Principals whose pulls are not recorded. */
  readonly pullTimeExclusions?: readonly PullTimeExclusion[];
  readonly replication?: ReplicationConfiguration;
  readonly scanning?: RegistryScanningConfiguration;
}

export interface PullTimeExclusion {
  /** Of a role or a user. */
  readonly principalArn: string;
  readonly createdAt: number;
}

export const registries: Collection<RegistryRecord> = { name: "ecr/registry" };

export function registryKey({ account, region }: World): Key<RegistryRecord> {
  return keyOf(registries, account, region);
}

/** What is set for a registry; nothing, when nothing ever was. */
export function registrySettings(store: Pick<Store, "view">, { account, region }: World): RegistryRecord {
  return store.view(registries).get(registryKey({ account, region }))?.value ?? { account, region };
}

/** The account settings with their values, the first of which is the one that holds until another is put. */
export const accountSettings: Readonly<Record<string, readonly [string, ...string[]]>> = {
  BASIC_SCAN_TYPE_VERSION: ["AWS_NATIVE"],
  BLOB_MOUNTING: ["ENABLED", "DISABLED"],
  REGISTRY_POLICY_SCOPE: ["V2"],
};

export function accountSetting({ settings }: RegistryRecord, name: string): string {
  return settings?.[name] ?? accountSettings[name]![0];
}
