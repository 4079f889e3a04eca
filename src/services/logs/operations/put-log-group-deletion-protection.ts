import { requireIdentifiedGroup } from "../lookup.ts";
import type { LogsHandler } from "./handler.ts";

export const PutLogGroupDeletionProtection: LogsHandler<"PutLogGroupDeletionProtection"> = async (input, ctx) => {
  const group = await requireIdentifiedGroup(ctx, input.logGroupIdentifier);
  const value = { ...group.value, deletionProtectionEnabled: input.deletionProtectionEnabled };
  await ctx.store.commit({ unchanged: [group], put: [{ key: group.key, value }] });
  return {};
};
