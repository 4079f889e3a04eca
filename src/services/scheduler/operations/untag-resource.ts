import { requireTagged } from "../request/group.ts";
import type { SchedulerHandler } from "../request/handler.ts";

export const UntagResource: SchedulerHandler<"UntagResource"> = async ({ ResourceArn, TagKeys }, ctx) => {
  const { read, group } = requireTagged(ctx, ResourceArn);
  const tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !TagKeys.includes(key)));
  await ctx.store.commit({ unchanged: [read], put: [{ key: read.key, value: { ...group, tags } }] });
  return {};
};
