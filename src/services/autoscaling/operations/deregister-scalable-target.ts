import { scalingPolicies, scheduledActions, targetPath } from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { removal } from "../request/policy-removal.ts";
import { requireTarget } from "../request/target.ts";

/** Removes the target with its policies, their alarms, and its scheduled actions. */
export const DeregisterScalableTarget: AutoScalingHandler<"DeregisterScalableTarget"> = async (input, ctx) => {
  const target = await requireTarget(ctx, input);
  const path = targetPath(target.value);
  const policies = ctx.store.view(scalingPolicies).by("target", path);
  const actions = ctx.store.view(scheduledActions).by("target", path);
  const { unchanged, put, remove } = removal(ctx, policies);
  await ctx.store.commit({
    unchanged: [target, ...policies, ...actions, ...unchanged],
    put,
    remove: [target.key, ...actions.map(({ key }) => key), ...remove],
  });
  return {};
};
