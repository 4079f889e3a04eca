import type { GroupDetail, ManagedPolicyDetail, PolicyDetail, RoleDetail, UserDetail } from "#generated/iam/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import {
  type GroupRecord,
  groups,
  type Identity,
  instanceProfiles,
  nameKey,
  type PolicyRecord,
  type RoleRecord,
  type UserRecord,
  within,
} from "../model.ts";
import { encodeDocument } from "./documents.ts";
import { toAttached } from "./identity.ts";
import {
  boundaryMember,
  roleLastUsed,
  toGroup,
  toInstanceProfile,
  toPolicyDetails,
  toPolicyVersion,
  toRole,
  toUser,
} from "./shapes.ts";
import { toTags } from "./tags.ts";

/** The shapes of GetAccountAuthorizationDetails: everything with all its policies. */

export function toUserDetail({ store }: RequestContext, user: UserRecord): UserDetail {
  const groupNames = user.groupIds.flatMap((id) =>
    store
      .view(groups)
      .by("id", id)
      .map(({ value }) => value.groupName),
  );
  return {
    ...toUser(user),
    UserPolicyList: inlinePolicies(user),
    GroupList: groupNames,
    AttachedManagedPolicies: user.attachedPolicies.map(toAttached),
    ...boundaryMember(user),
    Tags: toTags(user.tags),
  };
}

export function toGroupDetail(group: GroupRecord): GroupDetail {
  return {
    ...toGroup(group),
    GroupPolicyList: inlinePolicies(group),
    AttachedManagedPolicies: group.attachedPolicies.map(toAttached),
  };
}

export function toRoleDetail({ store, account }: RequestContext, role: RoleRecord): RoleDetail {
  const profiles = store.view(instanceProfiles).by("role", within(account, nameKey(role.roleName)));
  return {
    ...toRole(store, role),
    InstanceProfileList: profiles.map(({ value }) => toInstanceProfile(store, value)),
    RolePolicyList: inlinePolicies(role),
    AttachedManagedPolicies: role.attachedPolicies.map(toAttached),
    ...boundaryMember(role),
    Tags: toTags(role.tags),
    ...roleLastUsed(store, role),
  };
}

export function toPolicyDetail(ctx: RequestContext, policy: PolicyRecord, arn: string): ManagedPolicyDetail {
  const { Tags: _, ...details } = toPolicyDetails(ctx.store, ctx.account, policy, arn);
  const versions = policy.versions.map((version) => ({
    ...toPolicyVersion(policy, version),
    Document: encodeDocument(version.document),
  }));
  return { ...details, PolicyVersionList: versions.toReversed() };
}

function inlinePolicies(identity: Identity): PolicyDetail[] {
  return identity.inlinePolicies.map(({ policyName, document }) => ({
    PolicyName: policyName,
    PolicyDocument: encodeDocument(document),
  }));
}
