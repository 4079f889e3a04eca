import { dashboardKey } from "../model.ts";
import type { CloudWatchHandler } from "../request/handler.ts";
import { invalidValue } from "../request/metric.ts";

/** Deletes dashboards: as AWS, those that it can, and then tells of those that are not there. */
export const DeleteDashboards: CloudWatchHandler<"DeleteDashboards"> = async ({ DashboardNames: names }, ctx) => {
  if (names.length === 0) throw invalidValue(ctx, "The parameter DashboardNames is required.");
  const reads = await Promise.all(names.map((name) => ctx.store.get(dashboardKey(ctx.account, name))));
  await ctx.store.commit({ unchanged: reads, remove: reads.map(({ key }) => key) });
  const missing = names.filter((_name, i) => reads[i]!.value === undefined);
  if (missing.length === 0) return {};
  const what = missing.length === 1 ? `Dashboard ${missing[0]} does` : `Dashboards ${missing.join(", ")} do`;
  throw invalidValue(ctx, `${what} not exist`);
};
