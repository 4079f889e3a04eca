import type { DiscoveryHandler } from "../request/handler.ts";
import { taggedResource, withTags } from "../request/tags.ts";

export const TagResource: DiscoveryHandler<"TagResource"> = async (input, ctx) => {
  const resource = taggedResource(ctx, input.ResourceARN);
  const value = { ...resource.value, tags: withTags(resource.value.tags, input.Tags, input.ResourceARN) };
  await ctx.store.commit({ unchanged: [resource], put: [{ key: resource.key, value }] });
  return {};
};
