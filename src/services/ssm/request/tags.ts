import type { ResourceTypeForTagging, Tag } from "#generated/ssm/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { ParameterRecord } from "../model.ts";
import { parameterIfAny } from "./find.ts";

const mostTags = 50;

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
export function withTags(
  old: Readonly<Record<string, string>>,
  tags: readonly Tag[],
): Readonly<Record<string, string>> {
  if (tags.some(({ Key }) => /^aws:/i.test(Key))) {
    throw new Fault("ValidationException", "Tag keys that begin with aws: are reserved.");
  }
  const merged = { ...old, ...Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) };
  if (Object.keys(merged).length <= mostTags) return merged;
  throw new Fault("TooManyTagsError", `A parameter can have at most ${mostTags} tags.`);
}
