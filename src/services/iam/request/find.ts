import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Key, Read } from "#kernel/store.ts";
import { awsManagedPolicy, awsPolicyArn, isAwsManaged } from "../managed/index.ts";
import {
  type GroupRecord,
  groupKey,
  type InstanceProfileRecord,
  instanceProfileKey,
  type MfaDeviceRecord,
  mfaDeviceKey,
  type OidcProviderRecord,
  oidcProviderKey,
  type PolicyRecord,
  policyKeyOfArn,
  type RoleRecord,
  roleKey,
  type SamlProviderRecord,
  type ServerCertificateRecord,
  samlProviderKey,
  serverCertificateKey,
  type UserRecord,
  userKey,
  users,
} from "../model.ts";

export function noSuchEntity(message: string): Fault {
  return new Fault("NoSuchEntityException", message);
}

export function requireUser(ctx: RequestContext, userName: string): Promise<Entry<UserRecord>> {
  return required(ctx, userKey(ctx.account, userName), `The user with name ${userName} cannot be found.`);
}

/** The user that is named, or the one who calls. */
export async function userOrCaller(ctx: RequestContext, userName: string | undefined): Promise<Entry<UserRecord>> {
  if (userName !== undefined) return requireUser(ctx, userName);
  const own = ctx.store.view(users).by("id", ctx.caller.userId)[0];
  if (own !== undefined) return own;
  throw new Fault("ValidationError", "Must specify userName when calling with non-User credentials");
}

export async function requireGroup(ctx: RequestContext, groupName: string): Promise<Entry<GroupRecord>> {
  const group = await requireGroupToRemove(ctx, groupName);
  if (group.value.closing) throw groupNotFound(groupName);
  return group;
}

/** A group, also one whose removal was cut off: it is finished by asking again. */
export async function requireGroupToRemove(ctx: RequestContext, groupName: string): Promise<Entry<GroupRecord>> {
  const group = await ctx.store.get(groupKey(ctx.account, groupName));
  if (group.value === undefined) throw groupNotFound(groupName);
  return group as Entry<GroupRecord>;
}

function groupNotFound(groupName: string): Fault {
  return noSuchEntity(`The group with name ${groupName} cannot be found.`);
}

export function requireRole(ctx: RequestContext, roleName: string): Promise<Entry<RoleRecord>> {
  return required(ctx, roleKey(ctx.account, roleName), `The role with name ${roleName} cannot be found.`);
}

/** A role that is the account's own, to be changed: those of services are changed by them alone. */
export async function requireOwnRole(ctx: RequestContext, roleName: string): Promise<Entry<RoleRecord>> {
  const role = await requireRole(ctx, roleName);
  if (role.value.serviceName === undefined) return role;
  throw new Fault(
    "UnmodifiableEntityException",
    `Cannot perform the operation on the protected role '${role.value.roleName}' - this role is only modifiable by AWS`,
  );
}

export function requireInstanceProfile(ctx: RequestContext, name: string): Promise<Entry<InstanceProfileRecord>> {
  return required(ctx, instanceProfileKey(ctx.account, name), `Instance Profile ${name} cannot be found.`);
}

/** A managed policy, and what a commit that builds on it must find unchanged. AWS's own do not change. */
export interface FoundPolicy {
  readonly value: PolicyRecord;
  readonly fence: readonly Read<PolicyRecord>[];
}

/** The managed policy of this ARN: one of the account's or of AWS's. Undefined when there is none. */
export async function managedPolicy(ctx: RequestContext, policyArn: string): Promise<FoundPolicy | undefined> {
  checkPolicyArn(policyArn);
  if (isAwsManaged(policyArn)) {
    const value = awsManagedPolicy(policyArn);
    // Conditions on `iam:PolicyARN` speak of this spelling alone.
    return value && awsPolicyArn(ctx.partition, value.path + value.policyName) === policyArn
      ? { value, fence: [] }
      : undefined;
  }
  const entry = await ownPolicyOrNone(ctx, policyArn);
  return entry === undefined || entry.value.closing ? undefined : { value: entry.value, fence: [entry] };
}

/** The account's own managed policy of this ARN, to be changed. */
export async function requireOwnPolicy(ctx: RequestContext, policyArn: string): Promise<Entry<PolicyRecord>> {
  const policy = await requirePolicyToRemove(ctx, policyArn);
  if (policy.value.closing) throw policyNotFound(policyArn);
  return policy;
}

/** One of the account's own, also one whose removal was cut off: it is finished by asking again. */
export async function requirePolicyToRemove(ctx: RequestContext, policyArn: string): Promise<Entry<PolicyRecord>> {
  checkPolicyArn(policyArn);
  if (awsManagedPolicy(policyArn) !== undefined) {
    throw new Fault("AccessDenied", "Policy is outside your own account.", { status: 403 });
  }
  const entry = await ownPolicyOrNone(ctx, policyArn);
  if (entry === undefined) throw policyNotFound(policyArn);
  return entry;
}

export function policyNotFound(policyArn: string): Fault {
  return noSuchEntity(`Policy ${policyArn} was not found.`);
}

async function ownPolicyOrNone(ctx: RequestContext, policyArn: string): Promise<Entry<PolicyRecord> | undefined> {
  const key = policyKeyOfArn(policyArn);
  const read = key && (await ctx.store.get(key));
  if (read?.value === undefined) return undefined;
  return read.value.arn === policyArn && read.value.account === ctx.account ? read : undefined;
}

function checkPolicyArn(policyArn: string): void {
  const arn = parseArn(policyArn);
  if (arn?.service !== "iam" || !arn.resource.startsWith("policy/")) {
    throw new Fault("ValidationError", "Invalid ARN:  Could not be parsed!");
  }
}

async function required<T>(ctx: RequestContext, key: Key<T>, message: string): Promise<Entry<T>> {
  const read = await ctx.store.get(key);
  if (read.value === undefined) throw noSuchEntity(message);
  return read as Entry<T>;
}

export async function requireOidcProvider(ctx: RequestContext, arn: string): Promise<Entry<OidcProviderRecord>> {
  const url = ownResource(ctx, arn, "oidc-provider/");
  return ofArn(arn, await ctx.store.get(oidcProviderKey(ctx.account, url)), "OpenIDConnect Provider");
}

export async function requireSamlProvider(ctx: RequestContext, arn: string): Promise<Entry<SamlProviderRecord>> {
  const name = ownResource(ctx, arn, "saml-provider/");
  return ofArn(arn, await ctx.store.get(samlProviderKey(ctx.account, name)), "Manifest");
}

/** An ARN in another spelling is another's: policies speak of the one that the record has. */
function ofArn<T extends { readonly arn: string }>(arn: string, read: Read<T>, what: string): Entry<T> {
  if (read.value?.arn === arn) return read as Entry<T>;
  throw noSuchEntity(`${what} not found for arn ${arn}`);
}

/** What follows the type in the ARN of one of the account's own resources; empty, which none is called, for others. */
function ownResource(ctx: RequestContext, text: string, type: string): string {
  const arn = parseArn(text);
  if (arn?.service !== "iam") throw new Fault("InvalidInputException", `Invalid ARN: ${text}`);
  return arn.account === ctx.account && arn.resource.startsWith(type) ? arn.resource.slice(type.length) : "";
}

export function requireServerCertificate(ctx: RequestContext, name: string): Promise<Entry<ServerCertificateRecord>> {
  const message = `The Server Certificate with name ${name} cannot be found.`;
  return required(ctx, serverCertificateKey(ctx.account, name), message);
}

export function requireMfaDevice(ctx: RequestContext, serialNumber: string): Promise<Entry<MfaDeviceRecord>> {
  const message = `VirtualMFADevice with serial number ${serialNumber} doesn't exist.`;
  return required(ctx, mfaDeviceKey(ctx.account, serialNumber), message);
}
