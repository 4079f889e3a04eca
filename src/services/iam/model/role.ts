import { parseArn } from "#kernel/arn.ts";
import type { Collection, Key, Prefix, Store } from "#kernel/store.ts";
import { keyOf, prefixOf } from "#kernel/store.ts";
import { attachedWithin, boundaryWithin, type Identity, type Named, nameKey, type Tag, within } from "./common.ts";

export interface RoleRecord extends Identity {
  readonly roleName: string;
  /** `AROA...` */
  readonly roleId: string;
  /** The trust policy's JSON text. */
  readonly assumeRolePolicyDocument: string;
  /** ARN -> unique id of the users and roles in it, as they were when it was written: see `trustPolicyOf`. */
  readonly trustedIds?: Readonly<Record<string, string>>;
  readonly description?: string;
  /** Seconds, 3600 to 43200. */
  readonly maxSessionDuration: number;
  /** ARN of the managed policy that limits what the role's policies can allow. */
  readonly permissionsBoundary?: string;
  readonly tags: readonly Tag[];
  /** Of a service-linked role: the service that it belongs to, `ecs.amazonaws.com`. */
  readonly serviceName?: string;
}

/** Indexes: `attachedPolicy` and `boundary` by `within(account, policyArn)`; `id` by role id. */
export const roles: Collection<RoleRecord, "account" | "attachedPolicy" | "boundary" | "id"> = {
  name: "iam/role",
  indexes: {
    account: (role) => role.account,
    attachedPolicy: attachedWithin,
    boundary: boundaryWithin,
    id: (role) => role.roleId,
  },
};

export function roleKey(account: string, roleName: string): Key<RoleRecord> {
  return keyOf(roles, account, nameKey(roleName));
}

/** The role that an ARN names, path and all; undefined for what names none. */
export function roleOfArn(store: Pick<Store, "view">, text: string | undefined): RoleRecord | undefined {
  const arn = parseArn(text ?? "");
  if (arn?.service !== "iam" || !arn.resource.startsWith("role/")) return undefined;
  const role = store.view(roles).get(roleKey(arn.account, arn.resource.split("/").at(-1)!))?.value;
  return role?.arn === text ? role : undefined;
}

export function rolesOf(account: string): Prefix<RoleRecord> {
  return prefixOf(roles, account);
}

export interface InstanceProfileRecord extends Named {
  readonly instanceProfileName: string;
  /** `AIPA...` */
  readonly instanceProfileId: string;
  /** The name of its role. */
  readonly roleName?: string;
  readonly tags: readonly Tag[];
}

/** Index `role`: by `within(account, nameKey(roleName))`. */
export const instanceProfiles: Collection<InstanceProfileRecord, "account" | "role"> = {
  name: "iam/instance-profile",
  indexes: {
    account: (profile) => profile.account,
    role: ({ account, roleName }) => (roleName === undefined ? undefined : within(account, nameKey(roleName))),
  },
};

export function instanceProfileKey(account: string, name: string): Key<InstanceProfileRecord> {
  return keyOf(instanceProfiles, account, nameKey(name));
}

export function instanceProfilesOf(account: string): Prefix<InstanceProfileRecord> {
  return prefixOf(instanceProfiles, account);
}

/** What became of the removal of a service-linked role. */
export interface RoleDeletionRecord {
  readonly account: string;
  /** `task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/<uuid>` */
  readonly deletionTaskId: string;
  readonly status: "SUCCEEDED" | "FAILED";
  readonly createdAt: number;
  /** Of one that has failed: what uses the role. */
  readonly uses?: readonly { readonly region: string; readonly resources: readonly string[] }[];
}

export const roleDeletions: Collection<RoleDeletionRecord> = { name: "iam/role-deletion" };

export function roleDeletionKey(account: string, deletionTaskId: string): Key<RoleDeletionRecord> {
  return keyOf(roleDeletions, account, deletionTaskId);
}
