import type { Tag } from "#generated/ecr/types.ts";
import type { Tags } from "#kernel/authorization.ts";
import { Fault } from "#kernel/fault.ts";

const mostTags = 50;
const tagCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The tags of a repository after these have been set. */
export function withTags(old: Tags, tags: readonly Tag[]): Tags {
  for (const { Key, Value } of tags) {
    const isValid = Key.length >= 1 && Key.length <= 128 && Value.length <= 256 && tagCharacters.test(Key + Value);
    if (!isValid || /^aws:/i.test(Key)) {
      throw new Fault("InvalidTagParameterException", `Invalid parameter at 'tags': the tag '${Key}' is not valid.`);
    }
  }
  const merged = { ...old, ...Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) };
  if (Object.keys(merged).length <= mostTags) return merged;
  throw new Fault("TooManyTagsException", `A repository can have at most ${mostTags} tags.`);
}
