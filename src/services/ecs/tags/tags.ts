import type { Tag as TagInput } from "#generated/ecs/types.ts";
import { invalid } from "../faults.ts";
import type { Tag } from "../model/world.ts";

const maxTags = 50;
const invalidCharacters =
  "Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @.";

/** Tags that a caller gives a new resource, in their order; at most 50, each key once. */
export function newTags(input: readonly TagInput[] | undefined): Tag[] {
  return withTags([], input ?? []);
}

/** The tags of a resource with these added, or their values changed. */
export function withTags(own: readonly Tag[], input: readonly TagInput[]): Tag[] {
  const keys = input.map((tag) => tag.key ?? "");
  if (new Set(keys).size < keys.length) throw invalid("Duplicate tag keys found. Tag keys must be unique.");
  const tags = new Map(own.map(({ key, value }) => [key, value]));
  for (const { key = "", value = "" } of input) {
    checkTag(key, value);
    tags.set(key, value);
  }
  const counted = [...tags.keys()].filter((key) => !isReserved(key));
  if (counted.length > maxTags) throw invalid(`The maximum number of tags for a resource is ${maxTags}.`);
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** The tags of a resource without those of these keys. Keys that it does not have are passed over. */
export function withoutTags(own: readonly Tag[], keys: readonly string[]): Tag[] {
  if (keys.some(isReserved)) throw invalid("Tag keys with the prefix aws: are reserved and can not be removed.");
  return own.filter(({ key }) => !keys.includes(key));
}

function checkTag(key: string, value: string): void {
  if (key.length < 1 || key.length > 128) throw invalid("Tag keys must have between 1 and 128 characters.");
  if (value.length > 256) throw invalid("Tag values must have at most 256 characters.");
  if (isReserved(key)) throw invalid("Tag keys with the prefix aws: are reserved for AWS use and can not be given.");
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key + value)) throw invalid(invalidCharacters);
}

function isReserved(key: string): boolean {
  return /^aws:/i.test(key);
}
