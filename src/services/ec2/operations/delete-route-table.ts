import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";

/** Deletes a table that serves no subnet; the main one stays as long as its VPC. */
export const DeleteRouteTable: Ec2Handler<"DeleteRouteTable"> = async (input, ctx) => {
  const table = await find(ctx, kinds.routeTable, input.RouteTableId);
  if (table.value.associations.length > 0) {
    const message = `The routeTable '${input.RouteTableId}' has dependencies and cannot be deleted.`;
    throw ctx.fault("DependencyViolation", message);
  }
  // An association is in the table's own record, so that its revision tells of new ones.
  await ctx.store.commit({ unchanged: [table], remove: [table.key] });
  return {};
};
