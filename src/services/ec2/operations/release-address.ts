import { publicAddressKey } from "../model.ts";
import { acceptOnly, missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";

export const ReleaseAddress: Ec2Handler<"ReleaseAddress"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["AllocationId", "PublicIp", "NetworkBorderGroup"]);
  if (input.AllocationId === undefined) {
    if (input.PublicIp === undefined) throw missing(ctx, "allocationId");
    const message = "You must specify an allocation id when releasing a VPC elastic IP address";
    throw ctx.fault("InvalidParameterValue", message);
  }
  const address = await find(ctx, kinds.elasticAddress, input.AllocationId);
  if (address.value.association !== undefined) {
    throw ctx.fault("InvalidIPAddress.InUse", `Address ${address.value.publicIp} is in use.`);
  }
  await ctx.store.commit({ unchanged: [address], remove: [address.key, publicAddressKey(address.value.publicIp)] });
  return {};
};
