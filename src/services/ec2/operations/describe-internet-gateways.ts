import { describe } from "../request/describe.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { kinds } from "../request/kinds.ts";
import { internetGatewayFilters, toInternetGateway } from "../shapes/routing.ts";

export const DescribeInternetGateways: Ec2Handler<"DescribeInternetGateways"> = async (input, ctx) => {
  const ids = input.InternetGatewayIds;
  const request = { ...input, ids, idsParameter: "internetGatewayIds", filters: input.Filters };
  const page = await describe(ctx, kinds.internetGateway, internetGatewayFilters, request);
  return { InternetGateways: page.items.map(toInternetGateway), NextToken: page.nextToken };
};
