import { requireByArn } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";

export const ListTagsForResource: EcrHandler<"ListTagsForResource"> = async (input, ctx) => {
  const { tags } = (await requireByArn(ctx, input.resourceArn)).value;
  return { tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
};
