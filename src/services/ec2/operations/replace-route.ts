import { acceptOnly } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { routeOf, routeParameters } from "../routing/routes.ts";

/** Leads a route that there is to another gateway. */
export const ReplaceRoute: Ec2Handler<"ReplaceRoute"> = async (input, ctx) => {
  acceptOnly(ctx, input, routeParameters);
  const table = await findOpen(ctx, kinds.routeTable, input.RouteTableId);
  const { route, target } = await routeOf(ctx, table.value, input);
  const { destinationCidrBlock } = route;
  if (!table.value.routes.some((other) => other.destinationCidrBlock === destinationCidrBlock)) {
    const message = `There is no route defined for '${destinationCidrBlock}' in the route table.`;
    throw ctx.fault("InvalidParameterValue", `${message} Use CreateRoute instead.`);
  }
  const routes = table.value.routes.map((o) => (o.destinationCidrBlock === destinationCidrBlock ? route : o));
  await ctx.store.commit({ unchanged: [table, target], put: [{ key: table.key, value: { ...table.value, routes } }] });
  return {};
};
