import { acceptOnly } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { routeOf, routeParameters } from "../routing/routes.ts";

/** Adds a route; running tasks are let out by it at once. */
export const CreateRoute: Ec2Handler<"CreateRoute"> = async (input, ctx) => {
  acceptOnly(ctx, input, routeParameters);
  const table = await findOpen(ctx, kinds.routeTable, input.RouteTableId);
  const { route, target } = await routeOf(ctx, table.value, input);
  if (table.value.routes.some((other) => other.destinationCidrBlock === route.destinationCidrBlock)) {
    throw ctx.fault("RouteAlreadyExists", `The route identified by ${route.destinationCidrBlock} already exists.`);
  }
  const value = { ...table.value, routes: [...table.value.routes, route] };
  await ctx.store.commit({ unchanged: [table, target], put: [{ key: table.key, value }] });
  return { Return: true };
};
