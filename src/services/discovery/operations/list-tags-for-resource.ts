import { toTags } from "#kernel/tags.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { taggedResource } from "../request/tags.ts";

export const ListTagsForResource: DiscoveryHandler<"ListTagsForResource"> = async (input, ctx) => {
  const { tags } = taggedResource(ctx, input.ResourceARN).value;
  return { Tags: toTags(tags) };
};
