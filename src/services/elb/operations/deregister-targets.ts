import type { TargetDescription } from "#generated/elbv2/types.ts";
import { deregistration, targets } from "../model.ts";
import { requireTargetGroup } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";

/** Lets targets drain. Those that are not registered are passed over, as AWS does. */
export const DeregisterTargets: ElbHandler<"DeregisterTargets"> = async (input, ctx) => {
  const group = requireTargetGroup(ctx, input.TargetGroupArn);
  if (input.Targets.length === 0) throw invalid("Targets must be specified");
  const now = ctx.clock.now();
  // Without a port all registrations of the target are meant.
  const isMeant = (id: string, port: number) =>
    input.Targets.some((target: TargetDescription) => target.Id === id && (target.Port ?? port) === port);
  const writes = ctx.store
    .view(targets)
    .by("targetGroup", input.TargetGroupArn)
    .filter(({ value }) => isMeant(value.id, value.port))
    .map((target) => deregistration(ctx.store, group, target, now));
  await ctx.store.commit({
    unchanged: writes.flatMap(({ unchanged }) => unchanged),
    put: writes.flatMap(({ put }) => put),
    remove: writes.flatMap(({ remove }) => remove),
  });
  return {};
};
