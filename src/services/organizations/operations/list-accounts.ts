import {
  madeAccounts,
  managementAccount,
  type OrganizationsHandler,
  type OrganizationsParts,
  requireManagement,
  toAccount,
} from "../organization.ts";
import { page } from "../paging.ts";

export function listAccounts(parts: OrganizationsParts): OrganizationsHandler<"ListAccounts"> {
  return async (input, ctx) => {
    requireManagement(ctx, parts);
    const made = madeAccounts(ctx).map(({ value }) => toAccount(ctx, parts, value));
    const all = [managementAccount(ctx, parts), ...made].sort((a, b) => (a.Id! < b.Id! ? -1 : 1));
    const { items, more } = page("ListAccounts", input, all, ({ Id }) => Id!);
    return { Accounts: items, ...more };
  };
}
