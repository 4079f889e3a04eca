import type { Tag } from "#generated/ecr/types.ts";
import { Fault } from "#kernel/fault.ts";
import { withTags as mergedTags, type Tags } from "#kernel/tags.ts";

const tagCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The tags of a repository after these have been set. */
export function withTags(old: Tags, tags: readonly Tag[]): Tags {
  const invalid = (key: string) =>
    new Fault("InvalidTagParameterException", `Invalid parameter at 'tags': the tag '${key}' is not valid.`);
  for (const { Key, Value } of tags) {
    const isValid = Key.length >= 1 && Key.length <= 128 && Value.length <= 256 && tagCharacters.test(Key + Value);
    if (!isValid) throw invalid(Key);
  }
  return mergedTags(old, tags, {
    reserved: invalid,
    tooMany: (most) => new Fault("TooManyTagsException", `A repository can have at most ${most} tags.`),
  });
}
