import { worldOf } from "#kernel/world.ts";
import { normalPrefix, pullThroughKey, pullThroughRules } from "../model.ts";
import type { EcrHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { describeRule, noRule, requireOwnRegistry } from "../request/pull-through.ts";

export const DescribePullThroughCacheRules: EcrHandler<"DescribePullThroughCacheRules"> = async (input, ctx) => {
  requireOwnRegistry(ctx, input);
  const view = ctx.store.view(pullThroughRules);
  const { ecrRepositoryPrefixes: prefixes } = input;
  const found =
    prefixes === undefined
      ? view.by("world", worldOf(ctx))
      : [...new Set(prefixes.map(normalPrefix))].map((prefix) => {
          const rule = view.get(pullThroughKey(ctx, prefix));
          if (rule === undefined) throw noRule(ctx.account, prefix);
          return rule;
        });
  const rules = found.map(({ value }) => value);
  const scope = `DescribePullThroughCacheRules ${JSON.stringify(prefixes)}`;
  const { items, nextToken } = listPage(scope, input, rules, ({ prefix }) => normalPrefix(prefix));
  return {
    pullThroughCacheRules: items.map((rule) => ({
      ...describeRule(rule),
      ...{ createdAt: rule.createdAt, updatedAt: rule.updatedAt },
    })),
    ...(nextToken && { nextToken }),
  };
};
