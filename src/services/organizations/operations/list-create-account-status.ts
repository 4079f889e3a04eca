import { accountRequests } from "../model.ts";
import { type OrganizationsHandler, type OrganizationsParts, requireManagement, toStatus } from "../organization.ts";
import { page } from "../paging.ts";

export function listCreateAccountStatus(parts: OrganizationsParts): OrganizationsHandler<"ListCreateAccountStatus"> {
  return async (input, ctx) => {
    requireManagement(ctx, parts);
    const all = [...ctx.store.view(accountRequests).all()].map(({ value }) => toStatus(value));
    const wanted = all.filter(({ State }) => input.States === undefined || input.States.includes(State!));
    const { items, more } = page("ListCreateAccountStatus", input, wanted, ({ Id }) => Id!);
    return { CreateAccountStatuses: items, ...more };
  };
}
