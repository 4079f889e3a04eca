import { withoutTags } from "#kernel/tags.ts";
import type { ElbHandler } from "../request/handler.ts";
import { requireTagged } from "../request/tags.ts";

export const RemoveTags: ElbHandler<"RemoveTags"> = async ({ ResourceArns: arns, TagKeys }, ctx) => {
  const found = [...new Set(arns)].map((arn) => requireTagged(ctx, arn));
  const put = found.map(({ key, value }) => ({ key, value: { ...value, tags: withoutTags(value.tags, TagKeys) } }));
  await ctx.store.commit({ unchanged: found, put });
  return {};
};
