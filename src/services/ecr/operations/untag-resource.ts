import { requireByArn } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";

export const UntagResource: EcrHandler<"UntagResource"> = async (input, ctx) => {
  const repository = await requireByArn(ctx, input.resourceArn);
  const kept = Object.entries(repository.value.tags).filter(([key]) => !input.tagKeys.includes(key));
  const value = { ...repository.value, tags: Object.fromEntries(kept) };
  await ctx.store.commit({ unchanged: [repository], put: [{ key: repository.key, value }] });
  return {};
};
