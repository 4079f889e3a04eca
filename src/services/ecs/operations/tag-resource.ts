import { requireTaggable } from "../tags/resources.ts";
import { withTags } from "../tags/tags.ts";
import type { EcsHandler } from "./handler.ts";

export const TagResource: EcsHandler<"TagResource"> = async (input, ctx) => {
  const resource = await requireTaggable(ctx, input.resourceArn);
  const value = { ...resource.value, tags: withTags(resource.value.tags, input.tags) };
  await ctx.store.commit({ unchanged: [resource], put: [{ key: resource.key, value }] });
  return {};
};
