import { type OrganizationsHandler, type OrganizationsParts, requireManagement } from "../organization.ts";
import { requireTagged } from "../tags.ts";

export function untagResource(parts: OrganizationsParts): OrganizationsHandler<"UntagResource"> {
  return async (input, ctx) => {
    requireManagement(ctx, parts);
    const account = await requireTagged(ctx, input.ResourceId);
    const tags = account.value.tags.filter(({ key }) => !input.TagKeys.includes(key));
    await ctx.store.commit({ unchanged: [account], put: [{ key: account.key, value: { ...account.value, tags } }] });
    return {};
  };
}
