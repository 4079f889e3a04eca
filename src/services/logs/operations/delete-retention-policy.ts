import { requireGroup } from "../lookup.ts";
import type { LogsHandler } from "./handler.ts";

export const DeleteRetentionPolicy: LogsHandler<"DeleteRetentionPolicy"> = async ({ logGroupName }, ctx) => {
  const group = await requireGroup(ctx, logGroupName);
  const { retentionInDays: _, ...value } = group.value;
  await ctx.store.commit({ unchanged: [group], put: [{ key: group.key, value }] });
  return {};
};
