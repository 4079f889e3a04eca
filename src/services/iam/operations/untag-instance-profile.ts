import { requireInstanceProfile } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { withoutTags } from "../request/tags.ts";

export const UntagInstanceProfile: IamHandler<"UntagInstanceProfile"> = async (input, ctx) => {
  const found = await requireInstanceProfile(ctx, input.InstanceProfileName);
  const value = { ...found.value, tags: withoutTags(found.value.tags, input.TagKeys) };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};
