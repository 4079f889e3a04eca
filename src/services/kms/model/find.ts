import { formatArn, parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { aliasArn, aliases, aliasKey } from "./alias.ts";
import { keyIdIn } from "./ciphertext.ts";
import { type KeyRecord, keyArn, keyKey, keys } from "./key.ts";

const keyIdPattern = /^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Where keys are looked for. */
export interface KeyScope extends World {
  readonly store: Pick<Store, "view">;
}

/** What a text that names a key stands for: the ARN of a key or of an alias, which need not exist. */
export function namedArn({ account, region }: World, identifier: string): string {
  if (identifier.startsWith("arn:")) return identifier;
  return identifier.startsWith("alias/")
    ? aliasArn({ account, region }, identifier)
    : keyArn({ account, region, keyId: identifier });
}

/**
 * The key of this id, ARN, alias (`alias/app`) or ARN of an alias, in the scope's region, of whatever account the ARN
 * names. Throws `NotFoundException` in KMS's words.
 */
export function findKey(scope: KeyScope, identifier: string): Entry<KeyRecord> {
  const arn = parseArn(namedArn(scope, identifier));
  if (arn?.service !== "kms") throw invalidKeyId(identifier);
  if (arn.region !== scope.region) throw new Fault("NotFoundException", `Invalid arn ${arn.region}`);
  if (arn.resource.startsWith("alias/")) return findByAlias(scope, arn, arn.resource);
  const keyId = arn.resource.startsWith("key/") ? arn.resource.slice("key/".length) : "";
  if (!keyIdPattern.test(keyId)) throw invalidKeyId(identifier);
  const found = scope.store.view(keys).get(keyKey(arn, keyId));
  if (found === undefined) throw new Fault("NotFoundException", `Key '${formatArn(arn)}' does not exist`);
  return found;
}

/** The same, or undefined when there is none. */
export function keyIfAny(scope: KeyScope, identifier: string): Entry<KeyRecord> | undefined {
  try {
    return findKey(scope, identifier);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** The ARN of the key that a ciphertext was made under, of whatever account. */
export function keyArnInBlob({ store }: Pick<KeyScope, "store">, blob: Uint8Array): string | undefined {
  const key = store.view(keys).by("id", keyIdIn(blob) ?? "")[0];
  return key && keyArn(key.value);
}

export function invalidKeyId(identifier: string): Fault {
  return new Fault("NotFoundException", `Invalid keyId '${identifier}'`);
}

function findByAlias(scope: KeyScope, world: World, aliasName: string): Entry<KeyRecord> {
  const alias = scope.store.view(aliases).get(aliasKey(world, aliasName));
  const key = alias && scope.store.view(keys).get(keyKey(alias.value, alias.value.targetKeyId));
  if (key !== undefined) return key;
  throw new Fault("NotFoundException", `Alias ${aliasArn(world, aliasName)} is not found.`);
}
