import { createHmac } from "node:crypto";
import type { CredentialScope } from "./authorization.ts";
import { SigningKey } from "./signing-key.ts";

/** Gives the derived key of a secret and a scope. */
export type SigningKeys = (accessKeyId: string, secret: string, scope: CredentialScope) => SigningKey;

/** Derives signing keys, which costs four times as much as a signature, and keeps the last `capacity` of them. */
export function signingKeyCache(capacity = 1000): SigningKeys {
  const kept = new Map<string, { readonly secret: string; readonly key: SigningKey }>();
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

export function deriveKey(secret: string, scope: CredentialScope): SigningKey {
  const steps = [scope.day, scope.region, scope.service, scope.terminator];
  let key: Buffer = Buffer.from(`AWS4${secret}`, "utf8");
  for (const step of steps) key = createHmac("sha256", key).update(step).digest();
  return new SigningKey(key);
}
