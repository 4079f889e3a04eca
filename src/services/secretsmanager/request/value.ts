import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Put } from "#kernel/store.ts";
import {
  checkUsable,
  decryptUnder,
  encryptUnder,
  findKey,
  type KeyRecord,
  keyArn,
  keyIdIn,
  keys,
  type ManagedKey,
  managedAlias,
  managedKey,
  namedArn,
} from "#services/kms/model.ts";
import { type SecretRecord, type SecretVersion, secretArn, secretValueKey } from "../model.ts";

/** A value as it is given and given back. */
export interface PlainValue {
  readonly kind: "string" | "binary";
  readonly bytes: Uint8Array;
}

/** The value in a request; undefined when there is none. */
export function valueIn(input: {
  readonly SecretString?: string;
  readonly SecretBinary?: Uint8Array;
}): PlainValue | undefined {
  if (input.SecretString !== undefined && input.SecretBinary !== undefined) {
    const message = "You can't specify both a binary secret value and a string secret value in the same secret.";
    throw new Fault("InvalidParameterException", message);
  }
  if (input.SecretString !== undefined) return { kind: "string", bytes: Buffer.from(input.SecretString) };
  return input.SecretBinary && { kind: "binary", bytes: input.SecretBinary };
}

/**
 * The key that a secret's values are encrypted under from now on, and what the commit that uses it must carry: the
 * account's AWS managed key is made on its first use.
 */
export async function sealingKey(ctx: RequestContext, secret: SecretRecord, box: SecretBox): Promise<ManagedKey> {
  const { account, region, kmsKeyId } = secret;
  const scope = { account, region, store: ctx.store };
  const own = managedAlias("secretsmanager");
  if (kmsKeyId === undefined || namedArn(scope, kmsKeyId) === namedArn(scope, own)) {
    return managedKey(ctx.store, secret, "secretsmanager", { box, random: ctx.random }, ctx.clock.now());
  }
  const key = asFailure("EncryptionFailure", () => {
    const found = findKey(scope, kmsKeyId);
    checkUsable(found.value, "GenerateDataKey");
    return found;
  });
  return { key: key.value, unchanged: [key], put: [] };
}

/** Encrypts a version's value, bound to the secret and the version. */
export function sealValue(
  ctx: RequestContext,
  secret: SecretRecord,
  versionId: string,
  bytes: Uint8Array,
  key: KeyRecord,
  box: SecretBox,
): { readonly kmsKeyArn?: string; readonly put: Put } {
  const ciphertext = asFailure("EncryptionFailure", () =>
    encryptUnder(key, bytes, contextOf(secret, versionId), { box, random: ctx.random }),
  );
  const value = { ciphertext: Buffer.from(ciphertext).toString("base64") };
  const put = { key: secretValueKey(secret, versionId), value };
  return { put, ...(key.keyManager === "CUSTOMER" && { kmsKeyArn: keyArn(key) }) };
}

/** Decrypts the value of a version. */
export async function openValue(
  ctx: RequestContext,
  secret: SecretRecord,
  { versionId }: SecretVersion,
  box: SecretBox,
): Promise<Uint8Array> {
  const stored = await ctx.store.get(secretValueKey(secret, versionId));
  const blob = Buffer.from(stored.value?.ciphertext ?? "", "base64");
  const key = ctx.store.view(keys).by("id", keyIdIn(blob) ?? "")[0]?.value;
  const decrypted = asFailure("DecryptionFailure", () => {
    if (key === undefined) return undefined;
    checkUsable(key, "Decrypt");
    return decryptUnder(key, blob, contextOf(secret, versionId), box);
  });
  if (decrypted === undefined) throw failure("DecryptionFailure");
  return decrypted.plaintext;
}

/** As AWS binds them: a ciphertext put in another secret's place does not open. */
export function contextOf(secret: SecretRecord, versionId: string): Record<string, string> {
  return { SecretARN: secretArn(secret), SecretVersionId: versionId };
}

type FailureCode = "EncryptionFailure" | "DecryptionFailure";

/** What KMS refuses is told as the service's own failure. */
function asFailure<T>(code: FailureCode, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Fault) throw failure(code, error.message);
    throw error;
  }
}

function failure(code: FailureCode, reason?: string): Fault {
  const verb = code === "EncryptionFailure" ? "encrypt" : "decrypt";
  const message = `Secrets Manager can't ${verb} the protected secret text using the provided KMS key.`;
  return new Fault(code, reason ? `${message} ${reason}` : message);
}
