import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { registration, type TargetGroupRecord, targetKeyOf, targets } from "../model.ts";
import { requireTargetGroup } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { limits } from "../request/limits.ts";
import { checkTarget } from "../request/targets.ts";

export const RegisterTargets: ElbHandler<"RegisterTargets"> = async (input, ctx) => {
  const group = requireTargetGroup(ctx, input.TargetGroupArn);
  if (input.Targets.length === 0) throw invalid("Targets must be specified");
  const registeredAt = ctx.clock.now();
  const given = input.Targets.map((target) => ({ ...checkTarget(ctx, group.value, target), registeredAt }));
  const each = [...new Map(given.map((target) => [targetKeyOf(target), target])).values()];
  checkCount(ctx, group.value, input.TargetGroupArn, each.map(targetKeyOf));
  const writes = each.map((target) => registration(ctx.store, group, target));
  await ctx.store.commit({
    unchanged: [...new Set(writes.flatMap(({ unchanged }) => unchanged))],
    put: writes.flatMap(({ put }) => put),
  });
  return {};
};

function checkCount(ctx: RequestContext, group: TargetGroupRecord, arn: string, keys: readonly string[]): void {
  const most = limits["targets-per-target-group"];
  const known = ctx.store.view(targets).by("targetGroup", arn);
  const all = new Set([...known.map(({ value }) => targetKeyOf(value)), ...keys]);
  const limit = group.targetType === "alb" ? 1 : most;
  if (all.size <= limit) return;
  throw new Fault("TooManyTargetsException", `The maximum number of targets per target group is '${limit}'`);
}
