import type { Tag } from "#generated/cloudtrail/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { withTags as mergedTags } from "#kernel/tags.ts";
import type { TrailRecord } from "../model.ts";

/** The tags of a trail with these added. */
export function withTags(
  ctx: RequestContext,
  own: TrailRecord["tags"],
  added: readonly Tag[] = [],
): TrailRecord["tags"] {
  return mergedTags(own, added, {
    reserved: () =>
      ctx.fault("InvalidTagParameterException", "Tag keys with the prefix aws: are reserved for system use."),
    tooMany: (most) => ctx.fault("TagsLimitExceededException", `A trail can have at most ${most} tags.`),
  });
}
