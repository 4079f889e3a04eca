import { Fault } from "#kernel/fault.ts";
import { accountRequestKey } from "../model.ts";
import { type OrganizationsHandler, type OrganizationsParts, requireManagement, toStatus } from "../organization.ts";

export function describeCreateAccountStatus(
  parts: OrganizationsParts,
): OrganizationsHandler<"DescribeCreateAccountStatus"> {
  return async (input, ctx) => {
    requireManagement(ctx, parts);
    const request = await ctx.store.get(accountRequestKey(input.CreateAccountRequestId));
    if (request.value === undefined) {
      const message = "We can't find an create account request with the CreateAccountRequestId that you specified.";
      throw new Fault("CreateAccountStatusNotFoundException", message);
    }
    return { CreateAccountStatus: toStatus(request.value) };
  };
}
