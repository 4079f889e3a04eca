import { requireGroup } from "../lookup.ts";
import { metricFilterKey } from "../model.ts";
import type { LogsHandler } from "./handler.ts";

export const DeleteMetricFilter: LogsHandler<"DeleteMetricFilter"> = async ({ logGroupName, filterName }, ctx) => {
  await requireGroup(ctx, logGroupName);
  const filter = await ctx.store.get(metricFilterKey(ctx, logGroupName, filterName));
  if (filter.value === undefined) {
    throw ctx.fault("ResourceNotFoundException", "The specified metric filter does not exist.");
  }
  await ctx.store.commit({ unchanged: [filter], remove: [filter.key] });
  return {};
};
