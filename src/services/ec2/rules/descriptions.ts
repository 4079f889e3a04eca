import type { IpPermission, SecurityGroupRuleDescription } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { SecurityGroup } from "../model.ts";
import { findRule, meantRules, putRules } from "./change.ts";
import { description, draftsOf } from "./permissions.ts";

/** Gives rules of one direction new descriptions; an absent or empty one takes the description away. */
export async function describeRules(
  ctx: RequestContext,
  group: Entry<SecurityGroup>,
  isEgress: boolean,
  input: {
    readonly IpPermissions?: readonly IpPermission[];
    readonly SecurityGroupRuleDescriptions?: readonly SecurityGroupRuleDescription[];
  },
): Promise<void> {
  const { IpPermissions = [], SecurityGroupRuleDescriptions = [] } = input;
  if ((IpPermissions.length === 0) === (SecurityGroupRuleDescriptions.length === 0)) {
    const message = "Exactly one of 'ipPermissions' or 'securityGroupRuleDescriptions' must be provided.";
    throw ctx.fault("InvalidParameterCombination", message);
  }
  const texts = new Map<string, { readonly description?: string }>();
  for (const { SecurityGroupRuleId = "", Description } of SecurityGroupRuleDescriptions) {
    const rule = findRule(ctx, group.value, SecurityGroupRuleId);
    if (rule.isEgress !== isEgress) {
      const message = "The specified rule does not exist in this security group.";
      throw ctx.fault("InvalidPermission.NotFound", message);
    }
    texts.set(rule.securityGroupRuleId, description(ctx, Description));
  }
  if (IpPermissions.length > 0) {
    const rules = await meantRules(ctx, group, isEgress, { IpPermissions });
    const { drafts } = await draftsOf(ctx, group, IpPermissions);
    for (const [i, rule] of rules.entries()) {
      const text = drafts[i]!.description;
      texts.set(rule.securityGroupRuleId, text === undefined ? {} : { description: text });
    }
  }
  const rules = group.value.rules.map((rule) => {
    const text = texts.get(rule.securityGroupRuleId);
    if (text === undefined) return rule;
    const { description: _, ...rest } = rule;
    return { ...rest, ...text };
  });
  await putRules(ctx, group, rules);
}
