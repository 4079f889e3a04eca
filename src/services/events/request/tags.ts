import type { Tag } from "#generated/events/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { Tags } from "../model.ts";

const mostTags = 50;

/** The tags of a resource after these have been set. */
export function withTags(old: Tags, tags: readonly Tag[] = []): Tags {
  if (tags.some(({ Key }) => /^aws:/i.test(Key))) {
    throw new Fault("ValidationException", "aws: prefixed tag key names are not allowed for external use.");
  }
  const merged = { ...old, ...Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) };
  if (Object.keys(merged).length <= mostTags) return merged;
  throw new Fault("ValidationException", `A resource can have at most ${mostTags} tags.`);
}

export function toTags(tags: Tags): readonly Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** What is left without the tags of these names. */
export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}
