import { dashboardArn, dashboardKey } from "../model.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

export const GetDashboard: CloudWatchHandler<"GetDashboard"> = async ({ DashboardName: name }, ctx) => {
  const { value } = await ctx.store.get(dashboardKey(ctx.account, name));
  if (value === undefined) throw ctx.fault("DashboardNotFoundError", `Dashboard ${name} does not exist`);
  return { DashboardArn: dashboardArn(ctx, name), DashboardBody: value.body, DashboardName: name };
};
