import { requireInstanceProfile } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { withTags } from "../request/tags.ts";

export const TagInstanceProfile: IamHandler<"TagInstanceProfile"> = async (input, ctx) => {
  const found = await requireInstanceProfile(ctx, input.InstanceProfileName);
  const value = { ...found.value, tags: withTags(found.value.tags, input.Tags) };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};
