import type { Collection, Key, Prefix } from "#kernel/store.ts";
import { keyOf, prefixOf } from "#kernel/store.ts";
import { attachedWithin, boundaryWithin, type Identity, nameKey, type Tag, within } from "./common.ts";
import type { UserCredentials } from "./user-credentials.ts";

/** A user, with all that goes when it goes: a change of any of it rewrites the record, which fences its removal. */
export interface UserRecord extends Identity, UserCredentials {
  readonly userName: string;
  /** `AIDA...`; stays when the user is renamed. */
  readonly userId: string;
  /** ARN of the managed policy that limits what the user's policies can allow. */
  readonly permissionsBoundary?: string;
  readonly tags: readonly Tag[];
  /** Ids of the groups that it is in (see `groups`), at most 10. */
  readonly groupIds: readonly string[];
  /** Ids of its access keys (see `accessKeys`), at most 2. */
  readonly accessKeyIds: readonly string[];
  readonly loginProfile?: LoginProfile;
  /** Serial numbers of its MFA devices (see `mfaDevices`), at most 8. */
  readonly mfaDevices: readonly MfaAssignment[];
}

export interface LoginProfile {
  readonly createdAt: number;
  readonly passwordResetRequired: boolean;
  /** `scrypt$<salt>$<hash>`, in base64. */
  readonly passwordHash: string;
  readonly passwordChangedAt: number;
  /** Hashes of passwords before this one, newest first, as many as the password policy asks to remember. */
  readonly previousHashes: readonly string[];
}

export interface MfaAssignment {
  readonly serialNumber: string;
  readonly enabledAt: number;
}

/** Indexes: `group` by group id; `attachedPolicy` and `boundary` by `within(account, policyArn)`; `id` by user id. */
export const users: Collection<UserRecord, "account" | "group" | "attachedPolicy" | "boundary" | "id"> = {
  name: "iam/user",
  indexes: {
    account: (user) => user.account,
    group: (user) => user.groupIds,
    attachedPolicy: attachedWithin,
    boundary: boundaryWithin,
    id: (user) => user.userId,
  },
};

export function userKey(account: string, userName: string): Key<UserRecord> {
  return keyOf(users, account, nameKey(userName));
}

export function usersOf(account: string): Prefix<UserRecord> {
  return prefixOf(users, account);
}

/** A long-term access key of a user, or of the account's root user. */
export interface AccessKeyRecord {
  readonly accessKeyId: string;
  readonly account: string;
  /** The user's unique id; absent: the root user's key. */
  readonly userId?: string;
  readonly status: "Active" | "Inactive";
  readonly createdAt: number;
  /** What the secret box made of the secret access key. */
  readonly sealedSecret: string;
}

/** What secret access keys are sealed for (see kernel/secret-box). */
export const accessKeyPurpose = "iam access key";

/** Keyed by the access key id alone: whoever signs names nothing else. */
export const accessKeys: Collection<AccessKeyRecord, "account" | "user"> = {
  name: "iam/access-key",
  indexes: { account: (key) => key.account, user: (key) => key.userId ?? within(key.account, "root") },
};

export function accessKeyKey(accessKeyId: string): Key<AccessKeyRecord> {
  return keyOf(accessKeys, accessKeyId);
}

/** When something was used last. Apart from what it is about, since it changes by itself and now and then only. */
export interface LastUsedRecord {
  readonly account: string;
  /** An access key id, or a role's unique id. */
  readonly id: string;
  readonly usedAt: number;
  /** `ecs`; of access keys. */
  readonly serviceName?: string;
  readonly region: string;
}

export const lastUsed: Collection<LastUsedRecord> = { name: "iam/last-used" };

export function lastUsedKey(id: string): Key<LastUsedRecord> {
  return keyOf(lastUsed, id);
}
