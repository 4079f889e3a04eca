import { acceptOnly, invalidValue } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";

export const ModifySubnetAttribute: Ec2Handler<"ModifySubnetAttribute"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["SubnetId", "MapPublicIpOnLaunch", "PrivateDnsHostnameTypeOnLaunch"]);
  const { SubnetId, MapPublicIpOnLaunch, PrivateDnsHostnameTypeOnLaunch: hostnameType } = input;
  const subnet = await findOpen(ctx, kinds.subnet, SubnetId);
  if (hostnameType !== undefined && hostnameType !== "ip-name") {
    throw invalidValue(ctx, hostnameType, "privateDnsHostnameTypeOnLaunch", "Only ip-name is supported.");
  }
  if (MapPublicIpOnLaunch?.Value === undefined) return {};
  const value = { ...subnet.value, mapPublicIpOnLaunch: MapPublicIpOnLaunch.Value };
  await ctx.store.commit({ unchanged: [subnet], put: [{ key: subnet.key, value }] });
  return {};
};
