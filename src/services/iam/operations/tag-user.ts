import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { withTags } from "../request/tags.ts";

export const TagUser: IamHandler<"TagUser"> = async (input, ctx) => {
  const found = await requireUser(ctx, input.UserName);
  const value = { ...found.value, tags: withTags(found.value.tags, input.Tags, "case-insensitive") };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};
