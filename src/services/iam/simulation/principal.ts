import type { InlinePolicyIdentifierType, PolicyIdentifier } from "#generated/iam/types.ts";
import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { findPolicy } from "../find-policy.ts";
import {
  defaultVersion,
  type GroupRecord,
  groupKey,
  groups,
  type Identity,
  type RoleRecord,
  roleKey,
  roles,
  type UserRecord,
  userKey,
  users,
} from "../model.ts";
import { noSuchEntity } from "../request/find.ts";

/** A policy that a principal has, under the name by which the simulator speaks of it. */
export interface HeldPolicy {
  /** `user_alice_inline` of an inline policy, else the managed policy's name. */
  readonly id: string;
  readonly document: string;
  /** The managed policy's ARN, or where the inline one is. */
  readonly arn?: string;
  readonly inline?: InlinePolicyIdentifierType;
}

export interface PrincipalPolicies {
  readonly identity: readonly HeldPolicy[];
  readonly boundary?: HeldPolicy;
}

/** What a user (with its groups), a group or a role holds, by its ARN. */
export function policiesOfPrincipal(ctx: RequestContext, sourceArn: string): PrincipalPolicies {
  const { store } = ctx;
  const { type, value } = principal(ctx, sourceArn);
  if (type === "group") return { identity: held(ctx, type, value.groupName, value) };
  const own = held(ctx, type, type === "user" ? value.userName : value.roleName, value);
  const inherited =
    type === "role"
      ? []
      : value.groupIds
          .flatMap((id) => store.view(groups).by("id", id))
          .flatMap((group) => held(ctx, "group", group.value.groupName, group.value));
  const boundary = value.permissionsBoundary === undefined ? undefined : managed(ctx, value.permissionsBoundary)[0];
  return { identity: [...own, ...inherited], ...(boundary !== undefined && { boundary }) };
}

/** Leaves out those that the request names. */
export function withoutExcluded(
  { identity, boundary }: PrincipalPolicies,
  excluded: readonly PolicyIdentifier[],
): PrincipalPolicies {
  const isExcluded = (policy: HeldPolicy) => excluded.some((identifier) => names(identifier, policy));
  const keepsBoundary =
    boundary !== undefined &&
    !excluded.some(({ PolicyType: type, PolicyArn: arn }) => type === "permission-boundary" && arn === boundary.arn);
  return { identity: identity.filter((policy) => !isExcluded(policy)), ...(keepsBoundary && { boundary }) };
}

function names(identifier: PolicyIdentifier, policy: HeldPolicy): boolean {
  const { PolicyType: type, PolicyArn: arn, InlinePolicyIdentifier: inline } = identifier;
  if (type === "permission-boundary") return false;
  if (inline === undefined) return arn !== undefined && policy.arn === arn;
  return (
    policy.inline?.PolicyName === inline.PolicyName &&
    policy.inline.AttachmentType === inline.AttachmentType &&
    policy.inline.AttachmentName === inline.AttachmentName
  );
}

type Found =
  | { readonly type: "user"; readonly value: UserRecord }
  | { readonly type: "group"; readonly value: GroupRecord }
  | { readonly type: "role"; readonly value: RoleRecord };

function principal(ctx: RequestContext, sourceArn: string): Found {
  const arn = parseArn(sourceArn);
  const [type, ...rest] = arn?.resource.split("/") ?? [];
  const name = rest.at(-1);
  if (arn?.service !== "iam" || name === undefined || (type !== "user" && type !== "group" && type !== "role")) {
    throw new Fault(
      "InvalidInputException",
      `Invalid Entity Arn: ${sourceArn} does not clearly define entity type and name.`,
    );
  }
  const found = lookUp(ctx, type, arn.account, name);
  if (found?.value.arn === sourceArn && arn.account === ctx.account) return found;
  throw noSuchEntity(`The ${type} with name ${name} cannot be found.`);
}

function lookUp({ store }: RequestContext, type: Found["type"], account: string, name: string): Found | undefined {
  if (type === "user") {
    const value = store.view(users).get(userKey(account, name))?.value;
    return value && { type, value };
  }
  if (type === "group") {
    const value = store.view(groups).get(groupKey(account, name))?.value;
    return value && { type, value };
  }
  const value = store.view(roles).get(roleKey(account, name))?.value;
  return value && { type, value };
}

function held(ctx: RequestContext, type: Found["type"], name: string, identity: Identity): HeldPolicy[] {
  const inline = identity.inlinePolicies.map(({ policyName, document }) => ({
    id: `${type}_${name}_${policyName}`,
    document,
    inline: { PolicyName: policyName, AttachmentType: type, AttachmentName: name },
  }));
  return [...inline, ...identity.attachedPolicies.flatMap((arn) => managed(ctx, arn))];
}

function managed(ctx: RequestContext, arn: string): HeldPolicy[] {
  const policy = findPolicy(ctx.store, arn);
  return policy === undefined ? [] : [{ id: policy.policyName, document: defaultVersion(policy).document, arn }];
}
