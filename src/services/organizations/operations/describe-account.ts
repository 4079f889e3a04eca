import {
  managementAccount,
  type OrganizationsHandler,
  type OrganizationsParts,
  requireAccount,
  requireManagement,
  toAccount,
} from "../organization.ts";

export function describeAccount(parts: OrganizationsParts): OrganizationsHandler<"DescribeAccount"> {
  return async ({ AccountId: account }, ctx) => {
    requireManagement(ctx, parts);
    if (account === parts.managementAccount) return { Account: managementAccount(ctx, parts) };
    return { Account: toAccount(ctx, parts, (await requireAccount(ctx, account)).value) };
  };
}
