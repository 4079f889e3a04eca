import { requireByArn } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { withTags } from "../request/tags.ts";

export const TagResource: EcrHandler<"TagResource"> = async (input, ctx) => {
  const repository = await requireByArn(ctx, input.resourceArn);
  const value = { ...repository.value, tags: withTags(repository.value.tags, input.tags) };
  await ctx.store.commit({ unchanged: [repository], put: [{ key: repository.key, value }] });
  return {};
};
