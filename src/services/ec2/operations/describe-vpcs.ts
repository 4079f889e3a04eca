import { describe } from "../request/describe.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { kinds } from "../request/kinds.ts";
import { toVpc, vpcFilters } from "../shapes/vpc.ts";

export const DescribeVpcs: Ec2Handler<"DescribeVpcs"> = async (input, ctx) => {
  const request = { ...input, ids: input.VpcIds, idsParameter: "vpcIds", filters: input.Filters };
  const page = await describe(ctx, kinds.vpc, vpcFilters, request);
  return { Vpcs: page.items.map(toVpc), NextToken: page.nextToken };
};
