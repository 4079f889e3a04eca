import type { Tag } from "#generated/secretsmanager/types.ts";
import { Fault } from "#kernel/fault.ts";

const mostTags = 50;

/** The tags of a secret after these have been set. */
export function withTags(
  old: Readonly<Record<string, string>> | undefined,
  tags: readonly Tag[],
): Readonly<Record<string, string>> {
  for (const { Key } of tags) {
    if (Key === undefined) throw new Fault("InvalidParameterException", "You must provide a key for each tag.");
    if (/^aws:/i.test(Key)) {
      throw new Fault("InvalidParameterException", "Tag keys that begin with aws: are reserved.");
    }
  }
  const merged = { ...old, ...Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])) };
  if (Object.keys(merged).length <= mostTags) return merged;
  throw new Fault("InvalidParameterException", `A secret can have at most ${mostTags} tags.`);
}

export function toTags(tags: Readonly<Record<string, string>>): readonly Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
