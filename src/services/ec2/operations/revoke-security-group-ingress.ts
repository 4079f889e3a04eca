import { acceptOnly } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { revokeRules } from "../rules/change.ts";
import { findGroup } from "../rules/groups.ts";

export const RevokeSecurityGroupIngress: Ec2Handler<"RevokeSecurityGroupIngress"> = async (input, ctx) => {
  acceptOnly(ctx, input, [
    "GroupId",
    "GroupName",
    "IpPermissions",
    "SecurityGroupRuleIds",
    "IpProtocol",
    "FromPort",
    "ToPort",
    "CidrIp",
    "SourceSecurityGroupName",
    "SourceSecurityGroupOwnerId",
  ]);
  const group = await findGroup(ctx, input);
  return revokeRules(ctx, group, false, input);
};
