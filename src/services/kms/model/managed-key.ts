import { uuid } from "#kernel/random.ts";
import { type Absent, type Entry, keyOf, type Put, type Read, type Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { type AliasRecord, aliasKey } from "./alias.ts";
import { type KeyRecord, keyKey, keys } from "./key.ts";
import { type CryptoParts, newMaterial } from "./material.ts";
import { managedKeyPolicy } from "./policy.ts";

/** The services whose AWS managed key there is, with their names and what AWS describes the key as. */
const services = {
  secretsmanager: {
    name: "AWS Secrets Manager",
    description: "Default key that protects my Secrets Manager data when no other key is defined",
  },
  ssm: {
    name: "AWS Systems Manager",
    description: "Default key that protects my SSM parameters when no other key is defined",
  },
} as const;
export type ManagedService = keyof typeof services;

const rotationDays = 365;
const dayMs = 86_400_000;

/** A key to encrypt under, and what the commit that uses it must carry: the key is made on its first use. */
export interface ManagedKey {
  readonly key: KeyRecord;
  readonly unchanged: readonly Read<unknown>[];
  readonly put: readonly Put[];
}

/** `alias/aws/secretsmanager` */
export function managedAlias(service: ManagedService): string {
  return `alias/aws/${service}`;
}

/** The account's AWS managed key for a service. */
export async function managedKey(
  store: Store,
  { account, region }: World,
  service: ManagedService,
  parts: CryptoParts,
  now: number,
): Promise<ManagedKey> {
  const world = { account, region };
  const alias = await store.get(aliasKey(world, managedAlias(service)));
  if (alias.value !== undefined) {
    const key = await store.get(keyKey(world, alias.value.targetKeyId));
    return { key: (key as Entry<KeyRecord>).value, unchanged: [key], put: [] };
  }
  return newManagedKey(world, service, parts, now, alias);
}

function newManagedKey(
  world: World,
  service: ManagedService,
  parts: CryptoParts,
  now: number,
  alias: Absent<AliasRecord>,
): ManagedKey {
  const { name, description } = services[service];
  const made = { keyId: uuid(parts.random), keySpec: "SYMMETRIC_DEFAULT" } as const;
  const key: KeyRecord = {
    ...world,
    ...made,
    description,
    keyUsage: "ENCRYPT_DECRYPT",
    keyManager: "AWS",
    state: "Enabled",
    creationDate: now,
    policy: managedKeyPolicy(world, service, name),
    tags: {},
    material: [newMaterial(made, parts, now)],
    rotation: { periodInDays: rotationDays, nextAt: now + rotationDays * dayMs },
  };
  const aliasName = managedAlias(service);
  const value = { ...world, aliasName, targetKeyId: key.keyId, creationDate: now, lastUpdatedDate: now };
  const put = [
    { key: keyOf(keys, world.account, world.region, key.keyId), value: key },
    { key: alias.key, value },
  ];
  return { key, unchanged: [alias], put };
}
