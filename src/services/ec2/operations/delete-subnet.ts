import { addresses, routeTables, subnetRouteTableKey } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";
import { removeUnlessUsed } from "../request/removal.ts";
import { withoutAssociation } from "../routing/associations.ts";

/** Deletes a subnet that no interface is in. Its association with a route table goes with it. */
export const DeleteSubnet: Ec2Handler<"DeleteSubnet"> = async (input, ctx) => {
  const subnetId = input.SubnetId;
  const subnet = await find(ctx, kinds.subnet, subnetId);
  const usedBy = () =>
    ctx.store.view(addresses).count("subnet", subnetId) > 0
      ? ctx.fault("DependencyViolation", `The subnet '${subnetId}' has dependencies and cannot be deleted.`)
      : undefined;
  await removeUnlessUsed(ctx, subnet, usedBy, () => {
    const table = ctx.store.view(routeTables).by("subnet", subnetId)[0];
    if (table === undefined) return {};
    const put = [withoutAssociation(table, (association) => association.subnetId === subnetId)];
    return { unchanged: [table], put, remove: [subnetRouteTableKey(ctx, subnetId)] };
  });
  return {};
};
