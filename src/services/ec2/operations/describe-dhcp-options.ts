import { describe } from "../request/describe.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { kinds } from "../request/kinds.ts";
import { dhcpOptionsFilters, toDhcpOptions } from "../shapes/vpc.ts";

export const DescribeDhcpOptions: Ec2Handler<"DescribeDhcpOptions"> = async (input, ctx) => {
  const request = { ...input, ids: input.DhcpOptionsIds, idsParameter: "dhcpOptionsIds", filters: input.Filters };
  const page = await describe(ctx, kinds.dhcpOptions, dhcpOptionsFilters, request);
  return { DhcpOptions: page.items.map(toDhcpOptions), NextToken: page.nextToken };
};
