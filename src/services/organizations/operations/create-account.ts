import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { characters, hex } from "#kernel/random.ts";
import type { Commit } from "#kernel/store.ts";
import { absent } from "#kernel/store.ts";
import { type AccountRecord, accountKey, iamArn, type RoleRecord, roleKey, uniqueId } from "#services/iam/model.ts";
import { type AccountRequestRecord, accountEmailKey, accountRequestKey } from "../model.ts";
import {
  madeAccounts,
  managementEmail,
  type OrganizationsHandler,
  type OrganizationsParts,
  requireManagement,
  toStatus,
} from "../organization.ts";
import { newTags } from "../tags.ts";

const mostAccounts = 1000;
const accessRoleName = "OrganizationAccountAccessRole";

/**
 * Makes an account at once, with the role through which the management account reaches it. The new account has a root
 * user without keys.
 */
export function createAccount(parts: OrganizationsParts): OrganizationsHandler<"CreateAccount"> {
  return async (input, ctx) => {
    requireManagement(ctx, parts);
    if (input.IamUserAccessToBilling !== undefined) {
      throw new Fault("InvalidInputException", "The platform has no billing: IamUserAccessToBilling cannot be set.");
    }
    const tags = newTags(input.Tags);
    const now = Math.floor(ctx.clock.now() / 1000) * 1000;
    const request: AccountRequestRecord = {
      id: `car-${hex(ctx.random, 32)}`,
      accountName: input.AccountName,
      requestedAt: now,
    };
    const failureReason = await obstacle(ctx, input.Email);
    if (failureReason !== undefined) {
      const failed = { ...request, failureReason };
      await ctx.store.commit({ put: [{ key: accountRequestKey(request.id), value: failed }] });
      return { CreateAccountStatus: toStatus(failed) };
    }
    const account = await freeNumber(ctx);
    const record: AccountRecord = { account, name: input.AccountName, email: input.Email, createdAt: now, tags };
    const done = { ...request, account };
    const key = accountRequestKey(request.id);
    await ctx.store.commit(creation(record, accessRole(ctx, record, parts, input.RoleName), { key, value: done }));
    return { CreateAccountStatus: toStatus(done) };
  };
}

async function obstacle(ctx: RequestContext, email: string): Promise<AccountRequestRecord["failureReason"]> {
  const taken = (await ctx.store.get(accountEmailKey(email))).value !== undefined;
  if (taken || email.toLowerCase() === managementEmail) return "EMAIL_ALREADY_EXISTS";
  return madeAccounts(ctx).length >= mostAccounts ? "ACCOUNT_LIMIT_EXCEEDED" : undefined;
}

async function freeNumber(ctx: RequestContext): Promise<string> {
  for (;;) {
    const account = characters(ctx.random, 12, "0123456789");
    if (account !== ctx.account && (await ctx.store.get(accountKey(account))).value === undefined) return account;
  }
}

function creation(
  record: AccountRecord,
  role: RoleRecord,
  request: { key: string; value: AccountRequestRecord },
): Commit {
  const { account, email } = record;
  const keys = { account: accountKey(account), email: accountEmailKey(email), role: roleKey(account, role.roleName) };
  return {
    unchanged: [absent(keys.account), absent(keys.email)],
    put: [
      { key: keys.account, value: record },
      { key: keys.email, value: { account } },
      { key: keys.role, value: role },
      request,
    ],
  };
}

/** With it whoever of the management account may take on roles has all rights in the new account. */
function accessRole(
  { partition, random }: RequestContext,
  { account, createdAt }: AccountRecord,
  { managementAccount }: OrganizationsParts,
  roleName = accessRoleName,
): RoleRecord {
  const principal = { AWS: `arn:${partition}:iam::${managementAccount}:root` };
  const statement = { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" };
  return {
    account,
    roleName,
    roleId: uniqueId(random, "AROA"),
    path: "/",
    arn: iamArn({ partition, account }, "role", "/", roleName),
    createdAt,
    assumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    maxSessionDuration: 3600,
    tags: [],
    inlinePolicies: [],
    attachedPolicies: [`arn:${partition}:iam::aws:policy/AdministratorAccess`],
  };
}
