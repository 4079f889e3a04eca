import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { withoutTags } from "../request/tags.ts";

export const UntagUser: IamHandler<"UntagUser"> = async (input, ctx) => {
  const found = await requireUser(ctx, input.UserName);
  const value = { ...found.value, tags: withoutTags(found.value.tags, input.TagKeys, "case-insensitive") };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};
