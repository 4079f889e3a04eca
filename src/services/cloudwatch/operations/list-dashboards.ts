import { listPage } from "#kernel/pagination.ts";
import { dashboardArn, dashboards } from "../model.ts";
import type { CloudWatchHandler } from "../request/handler.ts";
import { invalidValue } from "../request/metric.ts";

const perPage = 1000;

export const ListDashboards: CloudWatchHandler<"ListDashboards"> = async (input, ctx) => {
  const { DashboardNamePrefix: prefix = "", NextToken: token } = input;
  const scope = JSON.stringify(["ListDashboards", ctx.account, prefix]);
  const found = ctx.store
    .view(dashboards)
    .by("account", ctx.account)
    .map(({ value }) => value)
    .filter(({ name }) => name.startsWith(prefix));
  const { items, nextToken } = listPage(found, {
    ...{ scope, token, limit: perPage, position: ({ name }) => name },
    invalid: () => invalidValue(ctx, "Request parameter NextToken is invalid."),
  });
  return {
    DashboardEntries: items.map(({ name, body, modifiedAt }) => ({
      DashboardName: name,
      DashboardArn: dashboardArn(ctx, name),
      LastModified: modifiedAt,
      Size: Buffer.byteLength(body),
    })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};
