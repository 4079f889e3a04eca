import type { Tag as ApiTag, ResourceType, TagSpecification } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Tag } from "../model.ts";

const maxTags = 50;
const maxKeyLength = 127;
const maxValueLength = 256;

/** The tags that a create operation is given for the resource that it makes. */
export function specifiedTags(
  ctx: RequestContext,
  specifications: readonly TagSpecification[] | undefined,
  type: ResourceType,
): readonly Tag[] {
  const tags: Tag[] = [];
  for (const { ResourceType, Tags } of specifications ?? []) {
    if (ResourceType === undefined) {
      throw ctx.fault("InvalidParameterValue", "Tag specification resource type must have a value");
    }
    if (ResourceType !== type) {
      const message = `'${ResourceType}' is not a valid taggable resource type for this operation.`;
      throw ctx.fault("InvalidParameterValue", message);
    }
    if (Tags === undefined || Tags.length === 0) {
      throw ctx.fault("InvalidParameterValue", "Tag specification must have at least one tag");
    }
    tags.push(...checkedTags(ctx, Tags));
  }
  return mergeTags(ctx, [], tags);
}

/** The tags of a request, with each key once and nothing that AWS keeps for itself. */
export function checkedTags(ctx: RequestContext, tags: readonly ApiTag[]): readonly Tag[] {
  const keys = new Set<string>();
  return tags.map(({ Key: key, Value: value = "" }) => {
    if (key === undefined || key === "") throw ctx.fault("InvalidParameterValue", "Tag key cannot be null or empty");
    if (/^aws:/i.test(key)) {
      throw ctx.fault("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use");
    }
    if (lengthOf(key) > maxKeyLength) {
      throw ctx.fault("InvalidParameterValue", `Tag key exceeds the maximum length of ${maxKeyLength} characters`);
    }
    if (lengthOf(value) > maxValueLength) {
      throw ctx.fault("InvalidParameterValue", `Tag value exceeds the maximum length of ${maxValueLength} characters`);
    }
    if (keys.has(key)) throw ctx.fault("InvalidParameterValue", `Duplicate tag key '${key}' specified.`);
    keys.add(key);
    return { key, value };
  });
}

/** In characters of Unicode. */
function lengthOf(text: string): number {
  return [...text].length;
}

/** Adds tags to those that there are; a key that exists gets the new value. */
export function mergeTags(ctx: RequestContext, existing: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const merged = new Map([...existing, ...added].map((tag) => [tag.key, tag]));
  // Tags of services do not count.
  if ([...merged.keys()].filter((key) => !key.startsWith("aws:")).length > maxTags) {
    const message = `The maximum number of tags has been reached. Only ${maxTags} tags are allowed per resource.`;
    throw ctx.fault("TagLimitExceeded", message);
  }
  return [...merged.values()];
}

/** Without `Tags` all go but those of services; a tag without a value goes whatever its value, else only with it. */
export function withoutTags(existing: readonly Tag[], removed: readonly ApiTag[] | undefined): readonly Tag[] {
  if (removed === undefined || removed.length === 0) return existing.filter((tag) => tag.key.startsWith("aws:"));
  const isRemoved = (tag: Tag) =>
    removed.some(({ Key, Value }) => Key === tag.key && (Value === undefined || Value === tag.value));
  return existing.filter((tag) => !isRemoved(tag));
}

export function toTags(tags: readonly Tag[]): readonly ApiTag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
