import { acceptOnly } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";

export const ModifyVpcAttribute: Ec2Handler<"ModifyVpcAttribute"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["VpcId", "EnableDnsSupport", "EnableDnsHostnames"]);
  const { VpcId, EnableDnsSupport, EnableDnsHostnames } = input;
  if (EnableDnsSupport !== undefined && EnableDnsHostnames !== undefined) {
    throw ctx.fault("InvalidParameterCombination", "Fields for multiple attribute types specified");
  }
  const vpc = await findOpen(ctx, kinds.vpc, VpcId);
  if (EnableDnsSupport?.Value === false) {
    throw ctx.fault("UnsupportedOperation", "The DNS resolver of a VPC cannot be switched off.");
  }
  if (EnableDnsHostnames?.Value === undefined) return {};
  const value = { ...vpc.value, enableDnsHostnames: EnableDnsHostnames.Value };
  await ctx.store.commit({ unchanged: [vpc], put: [{ key: vpc.key, value }] });
  return {};
};
