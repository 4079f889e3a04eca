import type { RequestContext } from "#kernel/handler.ts";
import { worldOf } from "#kernel/world.ts";
import { securityGroups } from "../model.ts";
import { filterTest } from "../request/filters.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { pageOf } from "../request/pages.ts";
import { findRuleOfGroup } from "../rules/change.ts";
import { type RuleOfGroup, securityGroupRuleFilters, toSecurityGroupRule } from "../shapes/security-group.ts";

export const DescribeSecurityGroupRules: Ec2Handler<"DescribeSecurityGroupRules"> = async (input, ctx) => {
  const ids = input.SecurityGroupRuleIds ?? [];
  const candidates = ids.length > 0 ? ids.map((id) => findRuleOfGroup(ctx, id)) : allRules(ctx);
  const matches = filterTest(ctx, input.Filters, securityGroupRuleFilters);
  const rules = candidates.filter(({ rule, group }) => matches({ rule, group, tags: rule.tags }));
  const page = pageOf(ctx, rules, idOfRule, input);
  return { SecurityGroupRules: page.items.map(toSecurityGroupRule), NextToken: page.nextToken };
};

function allRules(ctx: RequestContext): RuleOfGroup[] {
  const groups = ctx.store.view(securityGroups).by("region", worldOf(ctx));
  return groups.flatMap(({ value: group }) => group.rules.map((rule) => ({ rule, group })));
}

function idOfRule({ rule }: RuleOfGroup): string {
  return rule.securityGroupRuleId;
}
