import { requireIdentifiedGroup } from "../lookup.ts";
import { removeTags } from "../tagging.ts";
import type { LogsHandler } from "./handler.ts";

export const UntagResource: LogsHandler<"UntagResource"> = async ({ resourceArn, tagKeys }, ctx) => {
  await removeTags(ctx, await requireIdentifiedGroup(ctx, resourceArn), tagKeys);
  return {};
};
