import type { Tag } from "#generated/secretsmanager/types.ts";
import { Fault } from "#kernel/fault.ts";
import { withTags as mergedTags, type Tags } from "#kernel/tags.ts";

/** The tags of a secret after these have been set. */
export function withTags(old: Tags | undefined, tags: readonly Tag[]): Tags {
  const invalid = (message: string) => new Fault("InvalidParameterException", message);
  if (tags.some(({ Key }) => Key === undefined)) throw invalid("You must provide a key for each tag.");
  return mergedTags(old ?? {}, tags, {
    reserved: () => invalid("Tag keys that begin with aws: are reserved."),
    tooMany: (most) => invalid(`A secret can have at most ${most} tags.`),
  });
}
