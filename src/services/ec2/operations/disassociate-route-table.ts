import { subnetRouteTableKey } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findAssociation, withoutAssociation } from "../routing/associations.ts";

/** Takes a subnet's own route table away: the main one serves it again. */
export const DisassociateRouteTable: Ec2Handler<"DisassociateRouteTable"> = async (input, ctx) => {
  const { table, association } = findAssociation(ctx, input.AssociationId);
  if (association.subnetId === undefined) {
    const message = `cannot disassociate the main route table association ${input.AssociationId}`;
    throw ctx.fault("InvalidParameterValue", message);
  }
  await ctx.store.commit({
    unchanged: [table],
    put: [withoutAssociation(table, (one) => one.routeTableAssociationId === input.AssociationId)],
    remove: [subnetRouteTableKey(ctx, association.subnetId)],
  });
  return {};
};
