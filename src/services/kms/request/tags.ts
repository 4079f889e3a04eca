import type { Tag } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";

const mostTags = 50;

/** The tags of a key after these have been set. */
export function withTags(
  old: Readonly<Record<string, string>>,
  tags: readonly Tag[],
): Readonly<Record<string, string>> {
  if (new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length) {
    throw new Fault("TagException", "Duplicate tag keys");
  }
  if (tags.some(({ TagKey }) => /^aws:/i.test(TagKey))) {
    throw new Fault("TagException", "Tags beginning with aws: are reserved");
  }
  const merged = { ...old, ...Object.fromEntries(tags.map(({ TagKey, TagValue }) => [TagKey, TagValue])) };
  if (Object.keys(merged).length > mostTags) throw new Fault("TagException", "Too many tags");
  return merged;
}
