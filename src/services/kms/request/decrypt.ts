import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import {
  checkUsable,
  type Decrypted,
  decryptUnder,
  type EncryptionContext,
  findKey,
  type KeyRecord,
  type KeyScope,
  keyIdIn,
  keys,
} from "../model.ts";

/** A ciphertext, and what a caller says of it. */
export interface Encrypted {
  readonly blob: Uint8Array | undefined;
  readonly context: EncryptionContext | undefined;
  /** The key that the caller says it was made under. */
  readonly keyId: string | undefined;
  readonly modifiers: readonly string[] | undefined;
}

/** What Decrypt and ReEncrypt have in common. The ciphertext names its key, of whatever account of the region. */
export function decryptBlob(
  scope: KeyScope,
  { blob, context, keyId, modifiers }: Encrypted,
  operation: string,
  box: SecretBox,
): Decrypted & { readonly key: KeyRecord } {
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
  const key = keyOfBlob(scope, blob);
  if (named !== undefined && (named.keyUsage !== "ENCRYPT_DECRYPT" || (key && key.keyId !== named.keyId))) {
    const message = "The key ID in the request does not identify a CMK that can perform this operation.";
    throw new Fault("IncorrectKeyException", message);
  }
  if (key === undefined) throw invalidCiphertext();
  checkUsable(key, operation);
  const decrypted = decryptUnder(key, blob, context ?? {}, box);
  if (decrypted === undefined) throw invalidCiphertext();
  return { ...decrypted, key };
}

/** The key that a ciphertext was made under, when it is in this region. */
export function keyOfBlob({ store, region }: KeyScope, blob: Uint8Array): KeyRecord | undefined {
  const keyId = keyIdIn(blob);
  const found = keyId === undefined ? undefined : store.view(keys).by("id", keyId)[0]?.value;
  return found?.region === region ? found : undefined;
}

/** KMS gives no reason. */
function invalidCiphertext(): Fault {
  return new Fault("InvalidCiphertextException", "");
}
