import { requireRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { withTags } from "../request/tags.ts";

export const TagRole: IamHandler<"TagRole"> = async (input, ctx) => {
  const found = await requireRole(ctx, input.RoleName);
  const value = { ...found.value, tags: withTags(found.value.tags, input.Tags, "case-insensitive") };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};
