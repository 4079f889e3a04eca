import type { SsmHandler } from "../request/handler.ts";
import { taggedParameter } from "../request/tags.ts";

export const RemoveTagsFromResource: SsmHandler<"RemoveTagsFromResource"> = async (input, ctx) => {
  const parameter = taggedParameter(ctx, input);
  const kept = Object.entries(parameter.value.tags).filter(([key]) => !input.TagKeys.includes(key));
  const value = { ...parameter.value, tags: Object.fromEntries(kept) };
  await ctx.store.commit({ unchanged: [parameter], put: [{ key: parameter.key, value }] });
  return {};
};
