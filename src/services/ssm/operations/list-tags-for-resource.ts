import { toTags } from "#kernel/tags.ts";
import type { SsmHandler } from "../request/handler.ts";
import { taggedParameter } from "../request/tags.ts";

export const ListTagsForResource: SsmHandler<"ListTagsForResource"> = async (input, ctx) => {
  const { tags } = taggedParameter(ctx, input).value;
  return { TagList: toTags(tags) };
};
