import type { Tag } from "#generated/events/types.ts";
import { Fault } from "#kernel/fault.ts";
import { withTags as mergedTags, type Tags } from "#kernel/tags.ts";

/** The tags of a resource after these have been set. */
export function withTags(old: Tags, tags: readonly Tag[] = []): Tags {
  return mergedTags(old, tags, {
    reserved: () => new Fault("ValidationException", "aws: prefixed tag key names are not allowed for external use."),
    tooMany: (most) => new Fault("ValidationException", `A resource can have at most ${most} tags.`),
  });
}
