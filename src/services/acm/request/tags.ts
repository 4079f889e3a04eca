import type { Tag } from "#generated/acm/types.ts";
import { Fault } from "#kernel/fault.ts";
import { withTags as mergedTags, type Tags } from "#kernel/tags.ts";

/** The tags of a certificate after these have been set. */
export function withTags(
  old: Tags,
  tags: readonly Tag[] = [],
  codes = { invalid: "InvalidTagException", many: "TooManyTagsException" },
): Tags {
  return mergedTags(old, tags, {
    reserved: () => new Fault(codes.invalid, "Tag keys that begin with aws: are reserved."),
    tooMany: (most) => new Fault(codes.many, `A certificate can have at most ${most} tags.`),
  });
}

/** Without the tags of these keys; with a value, only where the tag has it. */
export function withoutTags(old: Tags, tags: readonly Tag[]): Tags {
  const isGone = ([key, value]: [string, string]) =>
    tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
  return Object.fromEntries(Object.entries(old).filter((entry) => !isGone(entry)));
}
