import { describe } from "../request/describe.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { kinds } from "../request/kinds.ts";
import { subnetFilters, toSubnet } from "../shapes/subnet.ts";

export const DescribeSubnets: Ec2Handler<"DescribeSubnets"> = async (input, ctx) => {
  const request = { ...input, ids: input.SubnetIds, idsParameter: "subnetIds", filters: input.Filters };
  const page = await describe(ctx, kinds.subnet, subnetFilters, request);
  return { Subnets: page.items.map((subnet) => toSubnet(subnet, ctx)), NextToken: page.nextToken };
};
