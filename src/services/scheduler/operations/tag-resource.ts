import { requireTagged, withTags } from "../request/group.ts";
import type { SchedulerHandler } from "../request/handler.ts";

export const TagResource: SchedulerHandler<"TagResource"> = async ({ ResourceArn, Tags }, ctx) => {
  const { read, group } = requireTagged(ctx, ResourceArn);
  const value = { ...group, tags: withTags(group.tags, Tags) };
  await ctx.store.commit({ unchanged: [read], put: [{ key: read.key, value }] });
  return {};
};
