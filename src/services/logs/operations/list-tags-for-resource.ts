import { requireIdentifiedGroup } from "../lookup.ts";
import type { LogsHandler } from "./handler.ts";

export const ListTagsForResource: LogsHandler<"ListTagsForResource"> = async ({ resourceArn }, ctx) => {
  return { tags: (await requireIdentifiedGroup(ctx, resourceArn)).value.tags };
};
