import type { Account, CreateAccountStatus, Operations } from "#generated/organizations/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { HandlerOf, RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { type AccountRecord, accountKey, accounts } from "#services/iam/model.ts";
import { type AccountRequestRecord, organizationIds, organizationsArn } from "./model.ts";

/** A handler of one of the service's operations, typed by its model. */
export type OrganizationsHandler<Name extends keyof Operations> = HandlerOf<Operations, Name>;

/** What the operations are made with: the platform's first account manages the organization of all of them. */
export interface OrganizationsParts {
  readonly managementAccount: string;
}

/** Only the management account may see and make the others. */
export function requireManagement(ctx: RequestContext, { managementAccount }: OrganizationsParts): void {
  if (ctx.account === managementAccount) return;
  throw new Fault("AccessDeniedException", "You don't have permissions to access this resource.");
}

export async function requireAccount(ctx: RequestContext, account: string): Promise<Entry<AccountRecord>> {
  const read = await ctx.store.get(accountKey(account));
  if (read.value !== undefined) return read;
  const message = "You specified an account that doesn't exist.";
  throw new Fault("AccountNotFoundException", message);
}

export function toAccount(ctx: RequestContext, parts: OrganizationsParts, record: AccountRecord): Account {
  const { account, name, email, createdAt } = record;
  return {
    ...{ Id: account, Arn: accountArn(ctx, parts, account), Name: name, Email: email },
    ...{ Status: "ACTIVE", State: "ACTIVE", JoinedMethod: "CREATED", JoinedTimestamp: createdAt },
  };
}

/** The first account has no record: it is as old as the platform. */
export function managementAccount(ctx: RequestContext, parts: OrganizationsParts): Account {
  const account = parts.managementAccount;
  return {
    ...{ Id: account, Arn: accountArn(ctx, parts, account), Name: "management", Email: managementEmail },
    ...{ Status: "ACTIVE", State: "ACTIVE", JoinedMethod: "INVITED" },
  };
}

export const managementEmail = "root@estiva.internal";

function accountArn({ partition }: RequestContext, { managementAccount }: OrganizationsParts, account: string): string {
  const { organizationId } = organizationIds(managementAccount);
  return organizationsArn(partition, managementAccount, `account/${organizationId}/${account}`);
}

/** All accounts that were made, in the order of their numbers. */
export function madeAccounts(ctx: RequestContext): readonly Entry<AccountRecord>[] {
  return [...ctx.store.view(accounts).all()];
}

export function toStatus(request: AccountRequestRecord): CreateAccountStatus {
  const { id, accountName, requestedAt, account, failureReason } = request;
  return {
    Id: id,
    AccountName: accountName,
    State: failureReason === undefined ? "SUCCEEDED" : "FAILED",
    RequestedTimestamp: requestedAt,
    CompletedTimestamp: requestedAt,
    ...(account !== undefined && { AccountId: account }),
    ...(failureReason !== undefined && { FailureReason: failureReason }),
  };
}
