import { hex } from "#kernel/random.ts";
import { idOf, subnetRouteTableKey } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { findAssociation, withAssociation, withoutAssociation } from "../routing/associations.ts";

/** Puts another table in the place of a subnet's, or of the VPC's main one. */
export const ReplaceRouteTableAssociation: Ec2Handler<"ReplaceRouteTableAssociation"> = async (input, ctx) => {
  const { table: before, association } = findAssociation(ctx, input.AssociationId);
  const after = await findOpen(ctx, kinds.routeTable, input.RouteTableId);
  if (after.value.vpcId !== before.value.vpcId) {
    const both = `Route table ${input.RouteTableId} and association ${input.AssociationId}`;
    throw ctx.fault("InvalidParameterValue", `${both} belong to different networks`);
  }
  const routeTableAssociationId = idOf("rtbassoc", hex(ctx.random, 32));
  const { subnetId } = association;
  const removed = withoutAssociation(before, (one) => one.routeTableAssociationId === input.AssociationId);
  const added = { routeTableAssociationId, ...(subnetId !== undefined && { subnetId }) };
  const same = before.key === after.key;
  const base = same ? { ...after, value: removed.value as typeof after.value } : after;
  const put = [...(same ? [] : [removed]), withAssociation(base, added)];
  if (subnetId !== undefined) {
    put.push({ key: subnetRouteTableKey(ctx, subnetId), value: { routeTableId: input.RouteTableId } });
  }
  await ctx.store.commit({ unchanged: [before, after], put });
  return { NewAssociationId: routeTableAssociationId, AssociationState: { State: "associated" } };
};
