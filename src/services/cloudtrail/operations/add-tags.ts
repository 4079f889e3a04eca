import { requireTagged } from "../request/find.ts";
import type { CloudTrailHandler } from "../request/handler.ts";
import { withTags } from "../request/tags.ts";

export const AddTags: CloudTrailHandler<"AddTags"> = async ({ ResourceId, TagsList }, ctx) => {
  const trail = await requireTagged(ctx, ResourceId);
  const value = { ...trail.value, tags: withTags(ctx, trail.value.tags, TagsList) };
  await ctx.store.commit({ unchanged: [trail], put: [{ key: trail.key, value }] });
  return {};
};
