import { hex } from "#kernel/random.ts";
import { absent } from "#kernel/store.ts";
import { idOf, subnetRouteTableKey } from "../model.ts";
import { acceptOnly, missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { withAssociation } from "../routing/associations.ts";

/** Gives a subnet a route table of its own in place of the main one. */
export const AssociateRouteTable: Ec2Handler<"AssociateRouteTable"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["RouteTableId", "SubnetId"]);
  if (input.SubnetId === undefined) throw missing(ctx, "subnetId");
  const table = await findOpen(ctx, kinds.routeTable, input.RouteTableId);
  const subnet = await findOpen(ctx, kinds.subnet, input.SubnetId);
  const { subnetId, vpcId } = subnet.value;
  if (vpcId !== table.value.vpcId) {
    const message = `Route table ${input.RouteTableId} and subnet ${subnetId} belong to different networks`;
    throw ctx.fault("InvalidParameterValue", message);
  }
  const own = await ctx.store.get(subnetRouteTableKey(ctx, subnetId));
  if (own.value !== undefined) {
    const association = `the specified association for route table ${input.RouteTableId}`;
    throw ctx.fault("Resource.AlreadyAssociated", `${association} conflicts with an existing association`);
  }
  const routeTableAssociationId = idOf("rtbassoc", hex(ctx.random, 32));
  await ctx.store.commit({
    unchanged: [table, subnet, absent(own.key)],
    put: [
      withAssociation(table, { routeTableAssociationId, subnetId }),
      { key: own.key, value: { routeTableId: input.RouteTableId } },
    ],
  });
  return { AssociationId: routeTableAssociationId, AssociationState: { State: "associated" } };
};
