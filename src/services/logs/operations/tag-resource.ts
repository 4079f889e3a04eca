import { requireIdentifiedGroup } from "../lookup.ts";
import { addTags } from "../tagging.ts";
import type { LogsHandler } from "./handler.ts";

export const TagResource: LogsHandler<"TagResource"> = async ({ resourceArn, tags }, ctx) => {
  await addTags(ctx, await requireIdentifiedGroup(ctx, resourceArn), tags, "TooManyTagsException");
  return {};
};
