import type { ResourceTypeForTagging, Tag } from "#generated/ssm/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { withTags as mergedTags, type Tags } from "#kernel/tags.ts";
import type { ParameterRecord } from "../model.ts";
import { parameterIfAny } from "./find.ts";

/** The parameter whose tags an operation is about. Of the other types of resources there are none here. */
export function taggedParameter(
  ctx: RequestContext,
  { ResourceType, ResourceId }: { readonly ResourceType: ResourceTypeForTagging; readonly ResourceId: string },
): Entry<ParameterRecord> {
  const found = ResourceType === "Parameter" ? parameterIfAny(ctx, ResourceId) : undefined;
  if (found !== undefined && found.reference.selector === undefined) return found.entry;
  const message = `The resource ID "${ResourceId}" is not valid. Verify the ID and try again.`;
  throw new Fault("InvalidResourceId", message);
}

/** The tags of a parameter after these have been set. */
export function withTags(old: Tags, tags: readonly Tag[]): Tags {
  return mergedTags(old, tags, {
    reserved: () => new Fault("ValidationException", "Tag keys that begin with aws: are reserved."),
    tooMany: (most) => new Fault("TooManyTagsError", `A parameter can have at most ${most} tags.`),
  });
}
