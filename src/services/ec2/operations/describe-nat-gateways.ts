import { describe } from "../request/describe.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { kinds } from "../request/kinds.ts";
import { natGatewayFilters, toNatGateway } from "../shapes/routing.ts";

export const DescribeNatGateways: Ec2Handler<"DescribeNatGateways"> = async (input, ctx) => {
  const request = { ...input, ids: input.NatGatewayIds, idsParameter: "natGatewayIds", filters: input.Filter };
  const page = await describe(ctx, kinds.natGateway, natGatewayFilters, request);
  return { NatGateways: page.items.map((gateway) => toNatGateway(gateway, ctx)), NextToken: page.nextToken };
};
