import { acceptOnly, missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { specifiedTags } from "../request/tags.ts";
import { addRules } from "../rules/change.ts";
import { findGroup } from "../rules/groups.ts";
import { draftsOf, permissionsOf } from "../rules/permissions.ts";
import { toSecurityGroupRule } from "../shapes/security-group.ts";

export const AuthorizeSecurityGroupIngress: Ec2Handler<"AuthorizeSecurityGroupIngress"> = async (input, ctx) => {
  acceptOnly(ctx, input, [
    "GroupId",
    "GroupName",
    "IpPermissions",
    "IpProtocol",
    "FromPort",
    "ToPort",
    "CidrIp",
    "SourceSecurityGroupName",
    "SourceSecurityGroupOwnerId",
    "TagSpecifications",
  ]);
  const group = await findGroup(ctx, input);
  const permissions = permissionsOf(input);
  if (permissions.length === 0) throw missing(ctx, "ipPermissions");
  const drafts = await draftsOf(ctx, group, permissions);
  const tags = specifiedTags(ctx, input.TagSpecifications, "security-group-rule");
  const added = await addRules(ctx, group, false, drafts, tags);
  return {
    Return: true,
    SecurityGroupRules: added.map((rule) => toSecurityGroupRule({ rule, group: group.value })),
  };
};
