import type { Tag } from "#generated/cloudtrail/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { TrailRecord } from "../model.ts";

const mostTags = 50;

/** The tags of a trail with these added. */
export function withTags(
  ctx: RequestContext,
  own: TrailRecord["tags"],
  added: readonly Tag[] = [],
): TrailRecord["tags"] {
  const tags = { ...own, ...Object.fromEntries(added.map(({ Key, Value = "" }) => [Key, Value])) };
  if (added.some(({ Key }) => Key.startsWith("aws:"))) {
    throw ctx.fault("InvalidTagParameterException", "Tag keys with the prefix aws: are reserved for system use.");
  }
  if (Object.keys(tags).length > mostTags) {
    throw ctx.fault("TagsLimitExceededException", `A trail can have at most ${mostTags} tags.`);
  }
  return tags;
}
