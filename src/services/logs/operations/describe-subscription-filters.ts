import type { SubscriptionFilter } from "#generated/logs/types.ts";
import { requireGroup } from "../lookup.ts";
import { type SubscriptionFilterRecord, subscriptionFilters } from "../model.ts";
import { listPage } from "../pages.ts";
import type { LogsHandler } from "./handler.ts";

/** In the order of their names. */
export const DescribeSubscriptionFilters: LogsHandler<"DescribeSubscriptionFilters"> = async (input, ctx) => {
  const { logGroupName, filterNamePrefix = "", limit = 50, nextToken } = input;
  const group = await requireGroup(ctx, logGroupName);
  const scope = `DescribeSubscriptionFilters ${group.value.id} ${filterNamePrefix}`;
  const found = ctx.store
    .view(subscriptionFilters)
    .by("group", group.value.id)
    .map(({ value }) => value)
    .filter(({ filterName }) => filterName.startsWith(filterNamePrefix));
  const page = listPage(found, { scope, nextToken, limit }, ({ filterName }) => filterName);
  return {
    subscriptionFilters: page.items.map(toSubscriptionFilter),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

function toSubscriptionFilter(filter: SubscriptionFilterRecord): SubscriptionFilter {
  const { filterName, logGroupName, filterPattern, destinationArn, creationTime } = filter;
  const shown = { filterName, logGroupName, filterPattern, destinationArn, creationTime };
  return { ...shown, distribution: "ByLogStream", applyOnTransformedLogs: false };
}
