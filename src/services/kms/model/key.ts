import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { arnIn, type World, worldOf } from "#kernel/world.ts";
import { keyMachine } from "../states.ts";
import type { KeyMaterial } from "./material.ts";
import type { KeyUsage, SupportedSpec } from "./spec.ts";

export type KeyState = "Enabled" | "Disabled" | "PendingDeletion";

/** A KMS key. Times are milliseconds since the epoch. */
export interface KeyRecord extends World {
  /** A UUID: unique among the keys of all accounts and regions. */
  readonly keyId: string;
  readonly description: string;
  readonly keySpec: SupportedSpec;
  readonly keyUsage: KeyUsage;
  /** `AWS`: made by the platform for one of its services; nobody may change it. */
  readonly keyManager: "AWS" | "CUSTOMER";
  readonly state: KeyState;
  readonly creationDate: number;
  /** While it is pending deletion. */
  readonly deletion?: { readonly at: number; readonly windowInDays: number };
  /** The key policy's JSON text. */
  readonly policy: string;
  readonly tags: Readonly<Record<string, string>>;
  /** All that ever were current, oldest first, so that what was encrypted long ago can be decrypted. Never empty. */
  readonly material: readonly KeyMaterial[];
  /** Automatic rotation, when it is on. */
  readonly rotation?: { readonly periodInDays: number; readonly nextAt: number };
}

/** Indexes: `id` by key id, which ciphertexts name; `world` by `worldOf`. */
export const keys: Collection<KeyRecord, "id" | "world"> = {
  name: "kms/key",
  indexes: { id: ({ keyId }) => keyId, world: worldOf },
  machines: [keyMachine],
};

export function keyKey({ account, region }: World, keyId: string): Key<KeyRecord> {
  return keyOf(keys, account, region, keyId);
}

/** `arn:aws:kms:us-east-1:000000000000:key/1234abcd-...` */
export function keyArn(key: World & { readonly keyId: string }): string {
  return arnIn(key, "kms", `key/${key.keyId}`);
}
