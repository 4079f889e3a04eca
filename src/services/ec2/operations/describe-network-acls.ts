import { describe } from "../request/describe.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { kinds } from "../request/kinds.ts";
import { networkAclFilters, toNetworkAcl } from "../shapes/network-acl.ts";

export const DescribeNetworkAcls: Ec2Handler<"DescribeNetworkAcls"> = async (input, ctx) => {
  const request = { ...input, ids: input.NetworkAclIds, idsParameter: "networkAclIds", filters: input.Filters };
  const page = await describe(ctx, kinds.networkAcl, networkAclFilters, request);
  return { NetworkAcls: page.items.map((acl) => toNetworkAcl(acl, ctx)), NextToken: page.nextToken };
};
