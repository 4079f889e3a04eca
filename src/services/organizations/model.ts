import { createHash } from "node:crypto";
import type { Collection, Key } from "#kernel/store.ts";
import { keyOf } from "#kernel/store.ts";

/** A request for a further account, and what became of it. */
export interface AccountRequestRecord {
  /** `car-` and 32 hexadecimal digits. */
  readonly id: string;
  readonly accountName: string;
  readonly requestedAt: number;
  /** Absent when it failed. */
  readonly account?: string;
  readonly failureReason?: "EMAIL_ALREADY_EXISTS" | "ACCOUNT_LIMIT_EXCEEDED";
}

export const accountRequests: Collection<AccountRequestRecord> = { name: "organizations/account-request" };

export function accountRequestKey(id: string): Key<AccountRequestRecord> {
  return keyOf(accountRequests, id);
}

/** Whose address it is: no two accounts have the same. */
export interface AccountEmailRecord {
  readonly account: string;
}

export const accountEmails: Collection<AccountEmailRecord> = { name: "organizations/account-email" };

export function accountEmailKey(email: string): Key<AccountEmailRecord> {
  return keyOf(accountEmails, email.toLowerCase());
}

/** The platform's one organization. Its ids follow from the first account, which manages it. */
export interface OrganizationIds {
  readonly organizationId: string;
  readonly rootId: string;
}

export function organizationIds(managementAccount: string): OrganizationIds {
  const digest = BigInt(`0x${createHash("sha256").update(managementAccount).digest("hex")}`).toString(36);
  return { organizationId: `o-${digest.slice(0, 10)}`, rootId: `r-${digest.slice(10, 14)}` };
}

/** `arn:aws:organizations::000000000000:account/o-.../111111111111` */
export function organizationsArn(partition: string, managementAccount: string, resource: string): string {
  return `arn:${partition}:organizations::${managementAccount}:${resource}`;
}
