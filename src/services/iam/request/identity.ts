import type { AttachedPolicy } from "#generated/iam/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { Identity, InlinePolicy } from "../model.ts";
import { checkDocument, documentSize } from "./documents.ts";
import { managedPolicy, noSuchEntity, policyNotFound, requireGroup, requireOwnRole, requireUser } from "./find.ts";
import { listPage, type PageRequest } from "./pages.ts";

/** What users, groups and roles have in common: they hold inline policies, and managed ones are attached to them. */
export interface IdentityKind<T extends Identity> {
  /** `user`, as messages say it. */
  readonly noun: "user" | "group" | "role";
  /** The identity of this name, to be changed. */
  readonly require: (ctx: RequestContext, name: string) => Promise<Entry<T>>;
  /** How long all inline policies of one may be together, in characters. */
  readonly inlineQuota: number;
  readonly attachmentQuotaName: string;
}

export const userKind = {
  noun: "user",
  require: requireUser,
  inlineQuota: 2048,
  attachmentQuotaName: "PoliciesPerUser",
} as const;

export const groupKind = {
  noun: "group",
  require: requireGroup,
  inlineQuota: 5120,
  attachmentQuotaName: "PoliciesPerGroup",
} as const;

export const roleKind = {
  noun: "role",
  require: requireOwnRole,
  inlineQuota: 10240,
  attachmentQuotaName: "PoliciesPerRole",
} as const;

const attachmentQuota = 10;

export async function putInlinePolicy<T extends Identity>(
  ctx: RequestContext,
  kind: IdentityKind<T>,
  name: string,
  { PolicyName: policyName, PolicyDocument: document }: { PolicyName: string; PolicyDocument: string },
): Promise<Record<never, never>> {
  const identity = await kind.require(ctx, name);
  checkDocument(document, "identity");
  const others = identity.value.inlinePolicies.filter((policy) => policy.policyName !== policyName);
  const inlinePolicies = [...others, { policyName, document }].sort((a, b) => (a.policyName < b.policyName ? -1 : 1));
  const size = inlinePolicies.reduce((sum, policy) => sum + documentSize(policy.document), 0);
  if (size > kind.inlineQuota) {
    const message = `Maximum policy size of ${kind.inlineQuota} bytes exceeded for ${kind.noun} ${name}`;
    throw new Fault("LimitExceededException", message);
  }
  return replace(ctx, identity, { inlinePolicies });
}

export async function deleteInlinePolicy<T extends Identity>(
  ctx: RequestContext,
  kind: IdentityKind<T>,
  name: string,
  policyName: string,
): Promise<Record<never, never>> {
  const identity = await kind.require(ctx, name);
  findInlinePolicy(kind.noun, identity.value, policyName);
  const inlinePolicies = identity.value.inlinePolicies.filter((policy) => policy.policyName !== policyName);
  return replace(ctx, identity, { inlinePolicies });
}

export function findInlinePolicy(noun: string, identity: Identity, policyName: string): InlinePolicy {
  const policy = identity.inlinePolicies.find((inline) => inline.policyName === policyName);
  if (policy === undefined) throw noSuchEntity(`The ${noun} policy with name ${policyName} cannot be found.`);
  return policy;
}

/** The answer of `ListUserPolicies` and its like. */
export function listInlinePolicies(operation: string, input: PageRequest, identity: Identity) {
  const names = identity.inlinePolicies.map(({ policyName }) => policyName);
  const { items, more } = listPage(operation, input, names, (name) => name);
  return { PolicyNames: items, ...more };
}

/** Attaches a managed policy; one that is attached already changes nothing. */
export async function attachPolicy<T extends Identity>(
  ctx: RequestContext,
  kind: IdentityKind<T>,
  name: string,
  policyArn: string,
): Promise<Record<never, never>> {
  const policy = await managedPolicy(ctx, policyArn);
  if (policy === undefined) throw noSuchEntity(`Policy ${policyArn} does not exist or is not attachable.`);
  const identity = await kind.require(ctx, name);
  if (policy.value.path.startsWith("/aws-service-role/")) {
    throw new Fault("PolicyNotAttachableException", "Cannot attach a Service Role Policy to a Customer Role.");
  }
  const attached = identity.value.attachedPolicies;
  if (attached.includes(policyArn)) return {};
  if (attached.length >= attachmentQuota) {
    const message = `Cannot exceed quota for ${kind.attachmentQuotaName}: ${attachmentQuota}`;
    throw new Fault("LimitExceededException", message);
  }
  await ctx.store.commit({
    unchanged: [identity, ...policy.fence],
    put: [{ key: identity.key, value: { ...identity.value, attachedPolicies: [...attached, policyArn] } }],
  });
  return {};
}

export async function detachPolicy<T extends Identity>(
  ctx: RequestContext,
  kind: IdentityKind<T>,
  name: string,
  policyArn: string,
): Promise<Record<never, never>> {
  await managedPolicy(ctx, policyArn);
  const identity = await kind.require(ctx, name);
  const attached = identity.value.attachedPolicies;
  if (!attached.includes(policyArn)) throw policyNotFound(policyArn);
  return replace(ctx, identity, { attachedPolicies: attached.filter((arn) => arn !== policyArn) });
}

/** The answer of `ListAttachedUserPolicies` and its like. */
export function listAttachedPolicies(
  operation: string,
  input: PageRequest & { readonly PathPrefix?: string },
  identity: Identity,
) {
  const prefix = `:policy${input.PathPrefix ?? "/"}`;
  const within = identity.attachedPolicies.filter((arn) => arn.includes(prefix));
  const { items, more } = listPage(operation, input, within.map(toAttached), (policy) => policy.PolicyArn);
  return { AttachedPolicies: items, ...more };
}

export function toAttached(policyArn: string): Required<AttachedPolicy> {
  return { PolicyName: policyArn.slice(policyArn.lastIndexOf("/") + 1), PolicyArn: policyArn };
}

async function replace<T extends Identity>(
  ctx: RequestContext,
  identity: Entry<T>,
  changed: Partial<Identity>,
): Promise<Record<never, never>> {
  await ctx.store.commit({
    unchanged: [identity],
    put: [{ key: identity.key, value: { ...identity.value, ...changed } }],
  });
  return {};
}

/** What stands in the way of removing a user, group or role. */
export function refuseWhileInUse(identity: Identity): void {
  if (identity.attachedPolicies.length > 0) throw deleteConflict("must detach all policies first.");
  if (identity.inlinePolicies.length > 0) throw deleteConflict("must delete policies first.");
}

export function deleteConflict(what: string): Fault {
  return new Fault("DeleteConflictException", `Cannot delete entity, ${what}`);
}
