import { worldOf } from "#kernel/world.ts";
import { elasticAddresses } from "../model.ts";
import { acceptOnly, missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";

/**
 * Elastic addresses are associated by NAT gateways alone, and stay with them until they are deleted. What is left is
 * the answer for an association that has ended, on which clients rely when they release an address.
 */
export const DisassociateAddress: Ec2Handler<"DisassociateAddress"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["AssociationId", "PublicIp"]);
  const { AssociationId, PublicIp } = input;
  if (AssociationId === undefined && PublicIp === undefined) throw missing(ctx, "associationId");
  const all = ctx.store.view(elasticAddresses).by("region", worldOf(ctx));
  const address = all.find(({ value }) =>
    AssociationId === undefined
      ? value.publicIp === PublicIp && value.association !== undefined
      : value.association?.associationId === AssociationId,
  );
  if (address !== undefined) {
    throw ctx.fault("AuthFailure", "You do not have permission to access the specified resource.");
  }
  const message = `The association ID '${AssociationId ?? PublicIp}' does not exist`;
  throw ctx.fault("InvalidAssociationID.NotFound", message);
};
