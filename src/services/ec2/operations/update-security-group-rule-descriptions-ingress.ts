import type { Ec2Handler } from "../request/handler.ts";
import { describeRules } from "../rules/descriptions.ts";
import { findGroup } from "../rules/groups.ts";

export const UpdateSecurityGroupRuleDescriptionsIngress: Ec2Handler<
  "UpdateSecurityGroupRuleDescriptionsIngress"
> = async (input, ctx) => {
  await describeRules(ctx, await findGroup(ctx, input), false, input);
  return { Return: true };
};
