import type { DiscoveryHandler } from "../request/handler.ts";
import { taggedResource } from "../request/tags.ts";

export const UntagResource: DiscoveryHandler<"UntagResource"> = async (input, ctx) => {
  const resource = taggedResource(ctx, input.ResourceARN);
  const kept = Object.entries(resource.value.tags).filter(([key]) => !input.TagKeys.includes(key));
  const value = { ...resource.value, tags: Object.fromEntries(kept) };
  await ctx.store.commit({ unchanged: [resource], put: [{ key: resource.key, value }] });
  return {};
};
