import { acceptOnly } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { revokeRules } from "../rules/change.ts";
import { findGroup } from "../rules/groups.ts";

export const RevokeSecurityGroupEgress: Ec2Handler<"RevokeSecurityGroupEgress"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["GroupId", "IpPermissions", "SecurityGroupRuleIds"]);
  const group = await findGroup(ctx, input);
  return revokeRules(ctx, group, true, input);
};
