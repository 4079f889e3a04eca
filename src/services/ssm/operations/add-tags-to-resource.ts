import type { SsmHandler } from "../request/handler.ts";
import { taggedParameter, withTags } from "../request/tags.ts";

export const AddTagsToResource: SsmHandler<"AddTagsToResource"> = async (input, ctx) => {
  const parameter = taggedParameter(ctx, input);
  const value = { ...parameter.value, tags: withTags(parameter.value.tags, input.Tags) };
  await ctx.store.commit({ unchanged: [parameter], put: [{ key: parameter.key, value }] });
  return {};
};
