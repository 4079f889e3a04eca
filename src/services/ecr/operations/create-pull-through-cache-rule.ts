import { Fault } from "#kernel/fault.ts";
import { worldOf } from "#kernel/world.ts";
import { type PullThroughRecord, pullThroughKey, pullThroughRules } from "../model.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import {
  checkSecret,
  checkUpstreamPrefix,
  describeRule,
  requireOwnRegistry,
  requireUpstream,
} from "../request/pull-through.ts";

const mostRules = 50;

export function createPullThroughCacheRule(parts: EcrParts): EcrHandler<"CreatePullThroughCacheRule"> {
  return async (input, ctx) => {
    const { ecrRepositoryPrefix: prefix, upstreamRegistryUrl, credentialArn, upstreamRepositoryPrefix } = input;
    const { account, region } = ctx;
    requireOwnRegistry(ctx, input);
    const { kind } = requireUpstream(input);
    checkUpstreamPrefix(input);
    const absent = await ctx.store.get(pullThroughKey(ctx, prefix));
    if (absent.value !== undefined) {
      const words = "A pull through cache rule with these settings already exists for the private registry.";
      throw new Fault("PullThroughCacheRuleAlreadyExistsException", words);
    }
    if (ctx.store.view(pullThroughRules).count("world", worldOf(ctx)) >= mostRules) {
      const words = `A registry can have at most ${mostRules} pull through cache rules.`;
      throw new Fault("LimitExceededException", words);
    }
    const now = ctx.clock.now();
    const rule: PullThroughRecord = {
      ...{ account, region, prefix, upstreamRegistryUrl },
      ...(kind !== undefined && { upstreamRegistry: kind }),
      ...(credentialArn !== undefined && { credentialArn }),
      ...(upstreamRepositoryPrefix !== undefined && { upstreamRepositoryPrefix }),
      ...{ createdAt: now, updatedAt: now },
    };
    await checkSecret(parts, rule);
    await ctx.store.commit({ unchanged: [absent], put: [{ key: absent.key, value: rule }] });
    return { ...describeRule(rule), createdAt: now };
  };
}
