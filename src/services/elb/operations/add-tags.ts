import type { ElbHandler } from "../request/handler.ts";
import { requireTagged, withTags } from "../request/tags.ts";

export const AddTags: ElbHandler<"AddTags"> = async ({ ResourceArns: arns, Tags }, ctx) => {
  const found = [...new Set(arns)].map((arn) => requireTagged(ctx, arn));
  const put = found.map(({ key, value }) => ({ key, value: { ...value, tags: withTags(value.tags, Tags) } }));
  await ctx.store.commit({ unchanged: found, put });
  return {};
};
