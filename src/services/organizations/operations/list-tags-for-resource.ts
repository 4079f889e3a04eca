import { type OrganizationsHandler, type OrganizationsParts, requireManagement } from "../organization.ts";
import { requireTagged } from "../tags.ts";

export function listTagsForResource(parts: OrganizationsParts): OrganizationsHandler<"ListTagsForResource"> {
  return async (input, ctx) => {
    requireManagement(ctx, parts);
    const { tags } = (await requireTagged(ctx, input.ResourceId)).value;
    return { Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };
  };
}
