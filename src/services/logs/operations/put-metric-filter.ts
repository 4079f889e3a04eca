import type { MetricTransformation } from "#generated/logs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { compileTransformation, TransformationError } from "../ingest/transformation.ts";
import { requireGroup } from "../lookup.ts";
import { metricFilterKey, metricFilters } from "../model.ts";
import type { FilterPattern } from "../patterns/filter-pattern.ts";
import { readFilterPattern, refuseForeignLogs } from "../request-filters.ts";
import type { LogsHandler } from "./handler.ts";

const mostFilters = 100;

export const PutMetricFilter: LogsHandler<"PutMetricFilter"> = async (input, ctx) => {
  const { logGroupName, filterName, filterPattern, metricTransformations } = input;
  refuseForeignLogs(ctx, input);
  const pattern = readFilterPattern(ctx, filterPattern);
  for (const transformation of metricTransformations) checkTransformation(ctx, pattern, transformation);
  const group = await requireGroup(ctx, logGroupName);
  const before = await ctx.store.get(metricFilterKey(ctx, logGroupName, filterName));
  const count = ctx.store.view(metricFilters).count("group", group.value.id);
  if (before.value === undefined && count >= mostFilters) {
    throw ctx.fault("LimitExceededException", "Resource limit exceeded.");
  }
  const value = {
    ...{ account: ctx.account, region: ctx.region, logGroupName, groupId: group.value.id },
    ...{ filterName, filterPattern, metricTransformations, creationTime: ctx.clock.now() },
  };
  await ctx.store.commit({ unchanged: [group, before], put: [{ key: before.key, value }] });
  return {};
};

function checkTransformation(ctx: RequestContext, pattern: FilterPattern, transformation: MetricTransformation): void {
  try {
    compileTransformation(pattern, transformation);
  } catch (error) {
    if (!(error instanceof TransformationError)) throw error;
    throw ctx.fault("InvalidParameterException", error.message);
  }
}
