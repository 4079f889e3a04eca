import { acceptOnly } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { destinationOf, localCidr } from "../routing/routes.ts";

export const DeleteRoute: Ec2Handler<"DeleteRoute"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["RouteTableId", "DestinationCidrBlock"]);
  const table = await findOpen(ctx, kinds.routeTable, input.RouteTableId);
  const destination = destinationOf(ctx, input);
  if (destination === (await localCidr(ctx, table.value))) {
    const message = `cannot remove local route ${destination} in route table ${input.RouteTableId}`;
    throw ctx.fault("InvalidParameterValue", message);
  }
  const routes = table.value.routes.filter((route) => route.destinationCidrBlock !== destination);
  if (routes.length === table.value.routes.length) {
    const message = `no route with destination-cidr-block ${destination} in route table ${input.RouteTableId}`;
    throw ctx.fault("InvalidRoute.NotFound", message);
  }
  await ctx.store.commit({ unchanged: [table], put: [{ key: table.key, value: { ...table.value, routes } }] });
  return {};
};
