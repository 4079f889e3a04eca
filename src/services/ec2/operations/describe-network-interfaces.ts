import { describe } from "../request/describe.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { kinds } from "../request/kinds.ts";
import { networkInterfaceFilters, toNetworkInterface } from "../shapes/network-interface.ts";

export const DescribeNetworkInterfaces: Ec2Handler<"DescribeNetworkInterfaces"> = async (input, ctx) => {
  const ids = input.NetworkInterfaceIds;
  const request = { ...input, ids, idsParameter: "networkInterfaceIds", filters: input.Filters };
  const page = await describe(ctx, kinds.networkInterface, networkInterfaceFilters, request);
  return { NetworkInterfaces: page.items.map((eni) => toNetworkInterface(eni, ctx)), NextToken: page.nextToken };
};
