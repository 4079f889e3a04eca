import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { CredentialScope } from "./authorization.ts";

/** Gives the derived key of a secret and a scope. */
export type SigningKeys = (accessKeyId: string, secret: string, scope: CredentialScope) => KeyObject;

/**
 * Derives signing keys and keeps the last `capacity` of them as KeyObjects: handing node's crypto a raw key for each
 * signature costs several times as much as the signature itself.
 */
export function signingKeyCache(capacity = 1000): SigningKeys {
  const kept = new Map<string, { readonly secret: string; readonly key: KeyObject }>();
  return (accessKeyId, secret, scope) => {
    const id = `${accessKeyId}/${scope.day}/${scope.region}/${scope.service}`;
    const known = kept.get(id);
    if (known !== undefined && known.secret === secret) return known.key;
    const key = deriveKey(secret, scope);
    kept.delete(id);
    kept.set(id, { secret, key });
    if (kept.size > capacity) kept.delete(kept.keys().next().value!);
    return key;
  };
}

export function deriveKey(secret: string, scope: CredentialScope): KeyObject {
  const steps = [scope.day, scope.region, scope.service, scope.terminator];
  let key: Buffer = Buffer.from(`AWS4${secret}`, "utf8");
  for (const step of steps) key = createHmac("sha256", key).update(step).digest();
  return createSecretKey(key);
}

export function signatureOf(key: KeyObject, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
