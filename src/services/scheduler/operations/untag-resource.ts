import { withoutTags } from "#kernel/tags.ts";
import { requireTagged } from "../request/group.ts";
import type { SchedulerHandler } from "../request/handler.ts";

export const UntagResource: SchedulerHandler<"UntagResource"> = async ({ ResourceArn, TagKeys }, ctx) => {
  const { read, group } = requireTagged(ctx, ResourceArn);
  const tags = withoutTags(group.tags, TagKeys);
  await ctx.store.commit({ unchanged: [read], put: [{ key: read.key, value: { ...group, tags } }] });
  return {};
};
