import { describe } from "../request/describe.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { kinds } from "../request/kinds.ts";
import { findGroup } from "../rules/groups.ts";
import { securityGroupFilters, toSecurityGroup } from "../shapes/security-group.ts";

/** Names are those of groups in the default VPC. */
export const DescribeSecurityGroups: Ec2Handler<"DescribeSecurityGroups"> = async (input, ctx) => {
  const named = await Promise.all((input.GroupNames ?? []).map((GroupName) => findGroup(ctx, { GroupName })));
  const ids = [...(input.GroupIds ?? []), ...named.map((group) => group.value.groupId)];
  const request = { ...input, ids, idsParameter: "groupIds", filters: input.Filters };
  const page = await describe(ctx, kinds.securityGroup, securityGroupFilters, request);
  return { SecurityGroups: page.items.map(toSecurityGroup), NextToken: page.nextToken };
};
