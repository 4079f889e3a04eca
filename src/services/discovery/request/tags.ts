import type { Tag } from "#generated/servicediscovery/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { withTags as mergedTags, type Tags } from "#kernel/tags.ts";
import type { NamespaceRecord, ServiceRecord } from "../model.ts";
import { namespaceIfAny, serviceIfAny } from "./find.ts";

/** The namespace or service whose tags an operation is about. */
export function taggedResource(ctx: RequestContext, arn: string): Entry<NamespaceRecord | ServiceRecord> {
  const found = arn.startsWith("arn:") ? (namespaceIfAny(ctx, arn) ?? serviceIfAny(ctx, arn)) : undefined;
  if (found !== undefined) return found;
  throw new Fault("ResourceNotFoundException", `The resource was not found: ${arn}`);
}

/** The tags of a resource after these have been set. */
export function withTags(old: Tags, tags: readonly Tag[] | undefined, resource: string): Tags {
  return mergedTags(old, tags ?? [], {
    reserved: () => new Fault("InvalidInput", "Tag keys that begin with aws: are reserved."),
    tooMany: (most) => {
      const message = `The maximum number of tags that can be applied to a resource is ${most}.`;
      return new Fault("TooManyTagsException", message, { members: { ResourceName: resource } });
    },
  });
}
