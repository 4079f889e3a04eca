import type { DimensionFilter } from "#generated/cloudwatch/types.ts";
import { listPage } from "#kernel/pagination.ts";
import type { MetricName } from "../metrics/series.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import type { CloudWatchHandler } from "../request/handler.ts";
import { toMetric } from "../request/metric.ts";

const perPage = 500;
/** Metrics without data for longer are not listed. */
const listedSeconds = 14 * 86_400;
/** `PT3H`, and the 50 minutes more that AWS allows itself. */
const recentSeconds = 3 * 3600;

export function listMetrics(storage: MetricStorage): CloudWatchHandler<"ListMetrics"> {
  return async (input, ctx) => {
    const { Namespace: namespace, MetricName: name, Dimensions: filters = [], RecentlyActive: recently } = input;
    if (input.OwningAccount !== undefined && input.OwningAccount !== ctx.account) {
      throw ctx.fault(
        "InvalidParameterValueException",
        "Estiva links no accounts: OwningAccount can only be your own.",
      );
    }
    const since = ctx.clock.now() / 1000 - (recently ? recentSeconds : listedSeconds);
    const metrics = new Map<string, MetricName>();
    for (const { name: each, lastTime } of storage.series.list(ctx, namespace, name)) {
      if (lastTime >= since && filters.every((filter) => hasDimension(each, filter)))
        metrics.set(positionOf(each), each);
    }
    const scope = JSON.stringify(["ListMetrics", ctx.account, ctx.region, namespace, name, filters, recently]);
    const { items, nextToken } = listPage([...metrics], {
      ...{ scope, token: input.NextToken, limit: perPage, position: ([key]) => key },
      invalid: () => ctx.fault("InvalidParameterValueException", "Request parameter NextToken is invalid."),
    });
    return {
      Metrics: items.map(([, each]) => toMetric(each)),
      ...(nextToken !== undefined && { NextToken: nextToken }),
      ...(input.IncludeLinkedAccounts && { OwningAccounts: items.map(() => ctx.account) }),
    };
  };
}

function hasDimension({ dimensions }: MetricName, { Name: name, Value: value }: DimensionFilter): boolean {
  return dimensions.some((each) => each.name === name && (value === undefined || each.value === value));
}

/** By namespace, then name, then dimensions; those of several units once. */
function positionOf({ namespace, metricName, dimensions }: MetricName): string {
  return JSON.stringify([namespace, metricName, ...dimensions.flatMap(({ name, value }) => [name, value])]);
}
