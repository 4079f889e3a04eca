import { withoutTags } from "#kernel/tags.ts";
import { requireTagged } from "../request/find.ts";
import type { CloudTrailHandler } from "../request/handler.ts";

export const RemoveTags: CloudTrailHandler<"RemoveTags"> = async ({ ResourceId, TagsList }, ctx) => {
  const trail = await requireTagged(ctx, ResourceId);
  const keys = TagsList.map(({ Key }) => Key);
  const tags = withoutTags(trail.value.tags, keys);
  await ctx.store.commit({ unchanged: [trail], put: [{ key: trail.key, value: { ...trail.value, tags } }] });
  return {};
};
