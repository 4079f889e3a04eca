import { toTags } from "#kernel/tags.ts";
import { requireTagged } from "../request/group.ts";
import type { SchedulerHandler } from "../request/handler.ts";

export const ListTagsForResource: SchedulerHandler<"ListTagsForResource"> = async ({ ResourceArn }, ctx) => {
  const { group } = requireTagged(ctx, ResourceArn);
  return { Tags: toTags(group.tags) };
};
