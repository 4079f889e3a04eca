import { requireGroup } from "../lookup.ts";
import { removeTags } from "../tagging.ts";
import type { LogsHandler } from "./handler.ts";

export const UntagLogGroup: LogsHandler<"UntagLogGroup"> = async ({ logGroupName, tags }, ctx) => {
  await removeTags(ctx, await requireGroup(ctx, logGroupName), tags);
  return {};
};
