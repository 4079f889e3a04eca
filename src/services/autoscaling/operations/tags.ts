import { withoutTags } from "#kernel/tags.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { requireTagged, withTags } from "../request/tags.ts";

export const ListTagsForResource: AutoScalingHandler<"ListTagsForResource"> = async ({ ResourceARN: arn }, ctx) => ({
  Tags: requireTagged(ctx, arn).value.tags,
});

export const TagResource: AutoScalingHandler<"TagResource"> = async ({ ResourceARN: arn, Tags: added }, ctx) => {
  const target = requireTagged(ctx, arn);
  const tags = withTags(ctx, arn, target.value.tags, added);
  await ctx.store.commit({ unchanged: [target], put: [{ key: target.key, value: { ...target.value, tags } }] });
  return {};
};

export const UntagResource: AutoScalingHandler<"UntagResource"> = async ({ ResourceARN: arn, TagKeys: keys }, ctx) => {
  const target = requireTagged(ctx, arn);
  const tags = withoutTags(target.value.tags, keys);
  await ctx.store.commit({ unchanged: [target], put: [{ key: target.key, value: { ...target.value, tags } }] });
  return {};
};
