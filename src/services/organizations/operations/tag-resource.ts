import { type OrganizationsHandler, type OrganizationsParts, requireManagement } from "../organization.ts";
import { requireTagged, withTags } from "../tags.ts";

export function tagResource(parts: OrganizationsParts): OrganizationsHandler<"TagResource"> {
  return async (input, ctx) => {
    requireManagement(ctx, parts);
    const account = await requireTagged(ctx, input.ResourceId);
    const value = { ...account.value, tags: withTags(account.value.tags, input.Tags) };
    await ctx.store.commit({ unchanged: [account], put: [{ key: account.key, value }] });
    return {};
  };
}
