import type { MetricFilter } from "#generated/logs/types.ts";
import { worldOf } from "#kernel/world.ts";
import { requireGroup } from "../lookup.ts";
import { type MetricFilterRecord, metricFilters } from "../model.ts";
import { listPage } from "../pages.ts";
import type { LogsHandler } from "./handler.ts";

/** In the order of their names. */
export const DescribeMetricFilters: LogsHandler<"DescribeMetricFilters"> = async (input, ctx) => {
  const { logGroupName, filterNamePrefix = "", metricName, metricNamespace, limit = 50, nextToken } = input;
  if ((metricName === undefined) !== (metricNamespace === undefined)) {
    const message = "metricName and metricNamespace must be specified together.";
    throw ctx.fault("InvalidParameterException", message);
  }
  if (logGroupName !== undefined) await requireGroup(ctx, logGroupName);
  const scope = `DescribeMetricFilters ${logGroupName ?? ""} ${filterNamePrefix} ${metricNamespace} ${metricName}`;
  const found = ctx.store
    .view(metricFilters)
    .by("world", worldOf(ctx))
    .map(({ value }) => value)
    .filter(
      (filter) =>
        (logGroupName === undefined || filter.logGroupName === logGroupName) &&
        filter.filterName.startsWith(filterNamePrefix) &&
        (metricName === undefined || publishes(filter, metricName, metricNamespace)),
    );
  const page = listPage(found, { scope, nextToken, limit }, placeOf);
  return {
    metricFilters: page.items.map(toMetricFilter),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

function publishes({ metricTransformations }: MetricFilterRecord, metricName: string, namespace: string | undefined) {
  return metricTransformations.some((each) => each.metricName === metricName && each.metricNamespace === namespace);
}

/** Filters of several groups may have the same name. */
function placeOf({ filterName, logGroupName }: MetricFilterRecord): string {
  return `${filterName}\0${logGroupName}`;
}

function toMetricFilter(filter: MetricFilterRecord): MetricFilter {
  const { filterName, filterPattern, metricTransformations, creationTime, logGroupName } = filter;
  const shown = { filterName, filterPattern, metricTransformations, creationTime, logGroupName };
  return { ...shown, applyOnTransformedLogs: false };
}
