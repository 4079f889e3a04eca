import type { SsmHandler } from "../request/handler.ts";
import { taggedParameter } from "../request/tags.ts";

export const ListTagsForResource: SsmHandler<"ListTagsForResource"> = async (input, ctx) => {
  const { tags } = taggedParameter(ctx, input).value;
  return { TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
};
