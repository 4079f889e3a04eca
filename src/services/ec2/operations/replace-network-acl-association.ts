import { hex } from "#kernel/random.ts";
import { idOf, subnets } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";

/** Puts another ACL in the place of a subnet's. A subnet always has one: the default one, when it is given no other. */
export const ReplaceNetworkAclAssociation: Ec2Handler<"ReplaceNetworkAclAssociation"> = async (input, ctx) => {
  const { AssociationId, NetworkAclId: networkAclId } = input;
  const subnet = ctx.store.view(subnets).by("acl-association", AssociationId)[0];
  if (subnet === undefined || subnet.value.account !== ctx.account || subnet.value.region !== ctx.region) {
    const message = `The association ID '${AssociationId}' does not exist`;
    throw ctx.fault("InvalidAssociationID.NotFound", message);
  }
  const acl = await findOpen(ctx, kinds.networkAcl, networkAclId);
  if (acl.value.vpcId !== subnet.value.vpcId) {
    const message = `Network ACL ${networkAclId} and subnet ${subnet.value.subnetId} belong to different networks`;
    throw ctx.fault("InvalidParameterValue", message);
  }
  const associationId = idOf("aclassoc", hex(ctx.random, 32));
  const value = { ...subnet.value, networkAcl: { associationId, networkAclId } };
  await ctx.store.commit({ unchanged: [acl, subnet], put: [{ key: subnet.key, value }] });
  return { NewAssociationId: associationId };
};
