import { requireTargetGroup } from "../request/find.ts";
import type { ElbHandler } from "../request/handler.ts";
import { withHealthCheck } from "../request/health-check.ts";
import { toTargetGroup } from "../request/shapes.ts";

export const ModifyTargetGroup: ElbHandler<"ModifyTargetGroup"> = async (input, ctx) => {
  const found = requireTargetGroup(ctx, input.TargetGroupArn);
  const value = { ...found.value, healthCheck: withHealthCheck(found.value, found.value.healthCheck, input) };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return { TargetGroups: [toTargetGroup(ctx.store, value)] };
};
