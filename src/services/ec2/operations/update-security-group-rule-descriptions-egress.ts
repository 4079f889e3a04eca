import type { Ec2Handler } from "../request/handler.ts";
import { describeRules } from "../rules/descriptions.ts";
import { findGroup } from "../rules/groups.ts";

export const UpdateSecurityGroupRuleDescriptionsEgress: Ec2Handler<
  "UpdateSecurityGroupRuleDescriptionsEgress"
> = async (input, ctx) => {
  await describeRules(ctx, await findGroup(ctx, input), true, input);
  return { Return: true };
};
