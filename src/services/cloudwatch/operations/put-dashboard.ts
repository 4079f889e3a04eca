import { refusalOf, validateDashboard } from "../dashboards/validate.ts";
import { dashboardKey } from "../model.ts";
import { withTags } from "../request/alarm.ts";
import { checkDashboardName } from "../request/dashboard.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

/** Makes a dashboard, or replaces its body. Tags of one that is there already are left as they are, as AWS does. */
export const PutDashboard: CloudWatchHandler<"PutDashboard"> = async (input, ctx) => {
  const { DashboardName: name, DashboardBody: body, Tags } = input;
  checkDashboardName(ctx, name);
  const found = validateDashboard(body);
  const toMessages = (findings: typeof found.errors) =>
    findings.map(({ dataPath: DataPath, message: Message }) => ({ DataPath, Message }));
  if (found.errors.length > 0) {
    const members = { dashboardValidationMessages: toMessages(found.errors) };
    throw ctx.fault("DashboardInvalidInputError", refusalOf(found), members);
  }
  const { account } = ctx;
  const before = await ctx.store.get(dashboardKey(account, name));
  const tags = before.value?.tags ?? withTags(ctx, {}, Tags);
  const value = { account, name, body, tags, modifiedAt: ctx.clock.now() };
  await ctx.store.commit({ unchanged: [before], put: [{ key: before.key, value }] });
  return { DashboardValidationMessages: toMessages(found.warnings) };
};
