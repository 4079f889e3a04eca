import type { Tag } from "#generated/acm/types.ts";
import { Fault } from "#kernel/fault.ts";

type Tags = Readonly<Record<string, string>>;
const mostTags = 50;

/** The tags of a certificate after these have been set. */
export function withTags(
  old: Tags,
  tags: readonly Tag[] = [],
  codes = { invalid: "InvalidTagException", many: "TooManyTagsException" },
): Tags {
  if (tags.some(({ Key }) => /^aws:/i.test(Key))) {
    throw new Fault(codes.invalid, "Tag keys that begin with aws: are reserved.");
  }
  const merged = { ...old, ...Object.fromEntries(tags.map(({ Key, Value = "" }) => [Key, Value])) };
  if (Object.keys(merged).length <= mostTags) return merged;
  throw new Fault(codes.many, `A certificate can have at most ${mostTags} tags.`);
}

/** Without the tags of these keys; with a value, only where the tag has it. */
export function withoutTags(old: Tags, tags: readonly Tag[]): Tags {
  const isGone = ([key, value]: [string, string]) =>
    tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
  return Object.fromEntries(Object.entries(old).filter((entry) => !isGone(entry)));
}

export function toTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
