import { toTags } from "#kernel/tags.ts";
import { requireByArn } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";

export const ListTagsForResource: EcrHandler<"ListTagsForResource"> = async (input, ctx) => {
  const { tags } = (await requireByArn(ctx, input.resourceArn)).value;
  return { tags: toTags(tags) };
};
