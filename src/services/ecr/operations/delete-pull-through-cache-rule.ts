import type { EcrHandler } from "../request/handler.ts";
import { describeRule, requireOwnRegistry, requireRule } from "../request/pull-through.ts";

/** What has been cached stays. */
export const DeletePullThroughCacheRule: EcrHandler<"DeletePullThroughCacheRule"> = async (input, ctx) => {
  requireOwnRegistry(ctx, input);
  const rule = await requireRule(ctx, input.ecrRepositoryPrefix);
  await ctx.store.commit({ unchanged: [rule], remove: [rule.key] });
  const { upstreamRegistry: _, ...told } = describeRule(rule.value);
  return { ...told, createdAt: rule.value.createdAt };
};
