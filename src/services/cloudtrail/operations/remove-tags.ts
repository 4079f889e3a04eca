import { requireTagged } from "../request/find.ts";
import type { CloudTrailHandler } from "../request/handler.ts";

export const RemoveTags: CloudTrailHandler<"RemoveTags"> = async ({ ResourceId, TagsList }, ctx) => {
  const trail = await requireTagged(ctx, ResourceId);
  const removed = new Set(TagsList.map(({ Key }) => Key));
  const tags = Object.fromEntries(Object.entries(trail.value.tags).filter(([key]) => !removed.has(key)));
  await ctx.store.commit({ unchanged: [trail], put: [{ key: trail.key, value: { ...trail.value, tags } }] });
  return {};
};
