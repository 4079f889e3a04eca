import { requireTaggable } from "../tags/resources.ts";
import { withoutTags } from "../tags/tags.ts";
import type { EcsHandler } from "./handler.ts";

export const UntagResource: EcsHandler<"UntagResource"> = async (input, ctx) => {
  const resource = await requireTaggable(ctx, input.resourceArn);
  const value = { ...resource.value, tags: withoutTags(resource.value.tags, input.tagKeys) };
  await ctx.store.commit({ unchanged: [resource], put: [{ key: resource.key, value }] });
  return {};
};
