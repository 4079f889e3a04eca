import { requireGroup } from "../lookup.ts";
import { addTags } from "../tagging.ts";
import type { LogsHandler } from "./handler.ts";

export const TagLogGroup: LogsHandler<"TagLogGroup"> = async ({ logGroupName, tags }, ctx) => {
  await addTags(ctx, await requireGroup(ctx, logGroupName), tags, "InvalidParameterException");
  return {};
};
