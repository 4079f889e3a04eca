import type { Tag as ApiTag } from "#generated/iam/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { Tag } from "../model.ts";
import { type ListPage, listPage, type PageRequest } from "./pages.ts";

const maxTags = 50;
/** Users and roles have a tag only once, however it is spelt ("Tags for IAM resources" in the IAM user guide). */
export type TagSpelling = "case-insensitive" | "case-sensitive";

/** The tags that a resource begins with. */
export function newTags(input: readonly ApiTag[] | undefined, spelling: TagSpelling = "case-sensitive"): Tag[] {
  return withTags([], input ?? [], spelling);
}

/** The tags of a resource with these added; a key that it has gets the new value and spelling. */
export function withTags(
  own: readonly Tag[],
  input: readonly ApiTag[],
  spelling: TagSpelling = "case-sensitive",
): Tag[] {
  const keys = input.map(({ Key }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    throw invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  }
  if (keys.some(isReserved)) {
    throw invalidInput("Tag keys with the prefix aws: are reserved for system use.");
  }
  const identity = (key: string) => (spelling === "case-insensitive" ? key.toLowerCase() : key);
  const tags = new Map(own.map((tag) => [identity(tag.key), tag]));
  for (const { Key, Value } of input) tags.set(identity(Key), { key: Key, value: Value });
  if (tags.size > maxTags) {
    throw new Fault("LimitExceededException", "The number of tags has reached the maximum limit.");
  }
  return [...tags.values()];
}

/** The tags of a resource without those of these keys. Keys that it does not have are passed over. */
export function withoutTags(
  own: readonly Tag[],
  keys: readonly string[],
  spelling: TagSpelling = "case-sensitive",
): Tag[] {
  const identity = (key: string) => (spelling === "case-insensitive" ? key.toLowerCase() : key);
  const removed = new Set(keys.map(identity));
  return own.filter(({ key }) => !removed.has(identity(key)));
}

export function toTags(tags: readonly Tag[]): readonly ApiTag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

/** The member `Tags` of an answer, which is left out where there are none. */
export function tagsMember(tags: readonly Tag[]): { readonly Tags?: readonly ApiTag[] } {
  return tags.length === 0 ? {} : { Tags: toTags(tags) };
}

export function tagPage(operation: string, input: PageRequest, tags: readonly Tag[]): ListPage<ApiTag> {
  return listPage(operation, input, toTags(tags), (tag) => tag.Key);
}

function isReserved(key: string): boolean {
  return key.startsWith("aws:");
}

function invalidInput(message: string): Fault {
  return new Fault("InvalidInputException", message);
}
