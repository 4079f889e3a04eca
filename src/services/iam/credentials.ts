import type { Caller } from "#kernel/handler.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import { type AccessKeyRecord, accessKeyKey, accessKeyPurpose, accessKeys, users } from "./model.ts";

/** What a signature by a long-term access key is checked with, and who signed. */
export interface FoundAccessKey {
  readonly secretAccessKey: string;
  readonly caller: Caller;
  readonly status: "Active" | "Inactive";
}

/** Finds access keys from memory. Undefined: there is none, or its secret was sealed with another master key. */
export type FindAccessKey = (accessKeyId: string) => FoundAccessKey | undefined;

/** `partition` is that of the platform's regions, for the ARN of root users. */
export function accessKeyFinder(parts: {
  readonly store: Pick<Store, "view">;
  readonly secretBox: SecretBox;
  readonly partition: string;
}): FindAccessKey {
  // Secrets are opened once for each version of the record.
  const secrets = new WeakMap<AccessKeyRecord, string>();
  const keys = parts.store.view(accessKeys);
  const secretOf = (key: AccessKeyRecord): string | undefined => {
    const known = secrets.get(key);
    if (known !== undefined) return known;
    const secret = parts.secretBox.open(key.sealedSecret, accessKeyPurpose);
    if (secret !== undefined) secrets.set(key, secret);
    return secret;
  };
  return (accessKeyId) => {
    const key = keys.get(accessKeyKey(accessKeyId))?.value;
    if (key === undefined) return undefined;
    const caller = callerOf(parts.store, key, parts.partition);
    const secretAccessKey = secretOf(key);
    if (caller === undefined || secretAccessKey === undefined) return undefined;
    return { secretAccessKey, caller, status: key.status };
  };
}

function callerOf(
  store: Pick<Store, "view">,
  { accessKeyId, account, userId }: AccessKeyRecord,
  partition: string,
): Caller | undefined {
  if (userId === undefined) {
    return { arn: `arn:${partition}:iam::${account}:root`, userId: account, account, accessKeyId, type: "Root" };
  }
  const user = store.view(users).by("id", userId)[0]?.value;
  return user && { arn: user.arn, userId, account, accessKeyId, type: "User" };
}
