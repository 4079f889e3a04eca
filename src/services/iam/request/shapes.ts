import type {
  AttachedPermissionsBoundary,
  Group,
  InstanceProfile,
  Policy,
  PolicyVersion,
  Role,
  User,
} from "#generated/iam/types.ts";
import type { Store } from "#kernel/store.ts";
import {
  type GroupRecord,
  groups,
  type InstanceProfileRecord,
  lastUsed,
  lastUsedKey,
  type PolicyRecord,
  type PolicyVersionRecord,
  type RoleRecord,
  roleKey,
  roles,
  trustPolicyOf,
  type UserRecord,
  users,
  within,
} from "../model.ts";
import { encodeDocument } from "./documents.ts";
import { tagsMember, toTags } from "./tags.ts";

/** A user as lists show it; `toUserDetails` is what operations on one user answer. */
export function toUser(user: UserRecord): User {
  return {
    Path: user.path,
    UserName: user.userName,
    UserId: user.userId,
    Arn: user.arn,
    CreateDate: user.createdAt,
  };
}

export function toUserDetails(user: UserRecord): User {
  return { ...toUser(user), ...boundaryMember(user), ...tagsMember(user.tags) };
}

export function toGroup(group: GroupRecord): Group {
  return {
    Path: group.path,
    GroupName: group.groupName,
    GroupId: group.groupId,
    Arn: group.arn,
    CreateDate: group.createdAt,
  };
}

/** A role as other resources and `CreateRole` show it. */
export function toRole(store: Pick<Store, "view">, role: RoleRecord): Role {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: role.createdAt,
    AssumeRolePolicyDocument: encodeDocument(trustPolicyOf(store, role)),
  };
}

export function toListedRole(store: Pick<Store, "view">, role: RoleRecord): Role {
  const description = role.description === undefined ? {} : { Description: role.description };
  return { ...toRole(store, role), ...description, MaxSessionDuration: role.maxSessionDuration };
}

export function toRoleDetails(store: Store, role: RoleRecord): Role {
  return {
    ...toListedRole(store, role),
    ...boundaryMember(role),
    ...tagsMember(role.tags),
    ...roleLastUsed(store, role),
  };
}

export function roleLastUsed(store: Store, role: RoleRecord) {
  const used = store.view(lastUsed).get(lastUsedKey(role.roleId))?.value;
  return { RoleLastUsed: used === undefined ? {} : { LastUsedDate: used.usedAt, Region: used.region } };
}

export function toInstanceProfile(store: Store, profile: InstanceProfileRecord): InstanceProfile {
  const { account, roleName } = profile;
  const role = roleName === undefined ? undefined : store.view(roles).get(roleKey(account, roleName))?.value;
  return {
    Path: profile.path,
    InstanceProfileName: profile.instanceProfileName,
    InstanceProfileId: profile.instanceProfileId,
    Arn: profile.arn,
    CreateDate: profile.createdAt,
    Roles: role === undefined ? [] : [toRole(store, role)],
  };
}

/** A managed policy as lists show it. Counts are those of `account`. */
export function toPolicy(store: Store, account: string, policy: PolicyRecord, arn = policy.arn): Policy {
  return {
    PolicyName: policy.policyName,
    PolicyId: policy.policyId,
    Arn: arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attachmentCount(store, account, arn),
    PermissionsBoundaryUsageCount: boundaryUsageCount(store, account, arn),
    IsAttachable: true,
    CreateDate: policy.createdAt,
    UpdateDate: policy.updatedAt,
  };
}

export function toPolicyDetails(store: Store, account: string, policy: PolicyRecord, arn = policy.arn): Policy {
  const description = policy.description === undefined ? {} : { Description: policy.description };
  return { ...toPolicy(store, account, policy, arn), ...description, Tags: toTags(policy.tags) };
}

export function toPolicyVersion(policy: PolicyRecord, version: PolicyVersionRecord): PolicyVersion {
  return {
    VersionId: version.versionId,
    IsDefaultVersion: version.versionId === policy.defaultVersionId,
    CreateDate: version.createdAt,
  };
}

/** How many users, groups and roles of the account a policy is attached to. */
export function attachmentCount(store: Store, account: string, policyArn: string): number {
  const value = within(account, policyArn);
  return (
    store.view(users).count("attachedPolicy", value) +
    store.view(groups).count("attachedPolicy", value) +
    store.view(roles).count("attachedPolicy", value)
  );
}

export function boundaryUsageCount(store: Store, account: string, policyArn: string): number {
  const value = within(account, policyArn);
  return store.view(users).count("boundary", value) + store.view(roles).count("boundary", value);
}

export function boundaryMember({ permissionsBoundary }: { readonly permissionsBoundary?: string }): {
  readonly PermissionsBoundary?: AttachedPermissionsBoundary;
} {
  if (permissionsBoundary === undefined) return {};
  // The type's only value in the model is `PermissionsBoundaryPolicy`; what AWS answers is `Policy`.
  const type = "Policy" as "PermissionsBoundaryPolicy";
  return { PermissionsBoundary: { PermissionsBoundaryType: type, PermissionsBoundaryArn: permissionsBoundary } };
}
