import { describe } from "../request/describe.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { kinds } from "../request/kinds.ts";
import { routeTableFilters, toRouteTable } from "../shapes/routing.ts";

export const DescribeRouteTables: Ec2Handler<"DescribeRouteTables"> = async (input, ctx) => {
  const request = { ...input, ids: input.RouteTableIds, idsParameter: "routeTableIds", filters: input.Filters };
  const page = await describe(ctx, kinds.routeTable, routeTableFilters, request);
  return { RouteTables: page.items.map((table) => toRouteTable(table, ctx)), NextToken: page.nextToken };
};
