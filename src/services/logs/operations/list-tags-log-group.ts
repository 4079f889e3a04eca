import { requireGroup } from "../lookup.ts";
import type { LogsHandler } from "./handler.ts";

export const ListTagsLogGroup: LogsHandler<"ListTagsLogGroup"> = async ({ logGroupName }, ctx) => {
  return { tags: (await requireGroup(ctx, logGroupName)).value.tags };
};
