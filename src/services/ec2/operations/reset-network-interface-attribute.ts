import { missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOwn } from "./modify-network-interface-attribute.ts";

/** Sets the source/destination check, the only attribute that can be reset, back to true. */
export const ResetNetworkInterfaceAttribute: Ec2Handler<"ResetNetworkInterfaceAttribute"> = async (input, ctx) => {
  const eni = await findOwn(ctx, input.NetworkInterfaceId);
  if (input.SourceDestCheck === undefined) throw missing(ctx, "sourceDestCheck");
  const value = { ...eni.value, sourceDestCheck: true };
  await ctx.store.commit({ unchanged: [eni], put: [{ key: eni.key, value }] });
  return {};
};
