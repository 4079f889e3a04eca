import type { EncryptionAlgorithmSpec } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import {
  checkAlgorithm,
  checkUsable,
  decryptUnder,
  type EncryptionContext,
  findKey,
  isPair,
  type KeyRecord,
  type KeyScope,
  keyIdIn,
  keyIfAny,
  keys,
} from "../model.ts";
import { decryptRsa, refuseContext } from "./rsa.ts";

/** A ciphertext, and what a caller says of it. */
export interface Encrypted {
  readonly blob: Uint8Array | undefined;
  readonly context: EncryptionContext | undefined;
  /** The key that the caller says it was made under. */
  readonly keyId: string | undefined;
  readonly modifiers: readonly string[] | undefined;
  readonly algorithm: EncryptionAlgorithmSpec;
}

interface Opened {
  readonly key: KeyRecord;
  readonly plaintext: Uint8Array;
  /** Absent: pairs have one material only. */
  readonly keyMaterialId?: string;
}

/**
 * What Decrypt and ReEncrypt have in common. The ciphertext names its key, of whatever account of the region; what was
 * encrypted under an RSA key does not, and the caller must.
 */
export function decryptBlob(
  scope: KeyScope,
  { blob, context, keyId, modifiers, algorithm }: Encrypted,
  operation: string,
  box: SecretBox,
): Opened {
  if (modifiers?.length) {
    throw new Fault("ValidationException", "DryRunModifiers are not supported: give the ciphertext in a dry run too.");
  }
  if (blob === undefined) {
    const message =
      "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: " +
      "Member must not be null";
    throw new Fault("ValidationException", message);
  }
  const named = keyId === undefined ? undefined : findKey(scope, keyId).value;
  const key = decryptingKey(scope, blob, keyId);
  if (named !== undefined && (named.keyUsage !== "ENCRYPT_DECRYPT" || (key && key.keyId !== named.keyId))) {
    const message = "The key ID in the request does not identify a CMK that can perform this operation.";
    throw new Fault("IncorrectKeyException", message);
  }
  if (key === undefined) throw invalidCiphertext();
  checkUsable(key, operation);
  checkAlgorithm(key, algorithm);
  if (isPair(key.keySpec)) {
    refuseContext(context);
    const plaintext = decryptRsa(key, algorithm, blob, box);
    if (plaintext === undefined) throw invalidCiphertext();
    return { plaintext, key };
  }
  const decrypted = decryptUnder(key, blob, context ?? {}, box);
  if (decrypted === undefined) throw invalidCiphertext();
  return { ...decrypted, key };
}

/** The key to decrypt with, when it is in this region: a pair that the caller names, else the one in the ciphertext. */
export function decryptingKey(scope: KeyScope, blob: Uint8Array, keyId: string | undefined): KeyRecord | undefined {
  const named = keyId === undefined ? undefined : keyIfAny(scope, keyId)?.value;
  return named !== undefined && isPair(named.keySpec) ? named : keyOfBlob(scope, blob);
}

/** The key that a ciphertext was made under, when it is in this region. */
function keyOfBlob({ store, region }: KeyScope, blob: Uint8Array): KeyRecord | undefined {
  const keyId = keyIdIn(blob);
  const found = keyId === undefined ? undefined : store.view(keys).by("id", keyId)[0]?.value;
  return found?.region === region ? found : undefined;
}

/** KMS gives no reason. */
function invalidCiphertext(): Fault {
  return new Fault("InvalidCiphertextException", "");
}
