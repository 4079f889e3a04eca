import { readUpstream } from "../model.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { checkSecret, refuseClear, refuseRole, requireOwnRegistry, requireRule } from "../request/pull-through.ts";

/** Gives a rule another secret. */
export function updatePullThroughCacheRule(parts: EcrParts): EcrHandler<"UpdatePullThroughCacheRule"> {
  return async (input, ctx) => {
    const { credentialArn } = input;
    requireOwnRegistry(ctx, input);
    refuseRole(input.customRoleArn);
    const rule = await requireRule(ctx, input.ecrRepositoryPrefix);
    refuseClear(readUpstream(rule.value.upstreamRegistryUrl)!, credentialArn);
    const updatedAt = ctx.clock.now();
    const value = { ...rule.value, ...(credentialArn !== undefined && { credentialArn }), updatedAt };
    await checkSecret(parts, value);
    await ctx.store.commit({ unchanged: [rule], put: [{ key: rule.key, value }] });
    const { upstreamRepositoryPrefix } = value;
    return {
      ecrRepositoryPrefix: value.prefix,
      registryId: value.account,
      updatedAt,
      ...(value.credentialArn !== undefined && { credentialArn: value.credentialArn }),
      ...(upstreamRepositoryPrefix !== undefined && { upstreamRepositoryPrefix }),
    };
  };
}
