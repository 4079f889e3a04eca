import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";

/** Rules become stale when a peering connection ends; there are none, and a group that a rule names cannot go. */
export const DescribeStaleSecurityGroups: Ec2Handler<"DescribeStaleSecurityGroups"> = async (input, ctx) => {
  await find(ctx, kinds.vpc, input.VpcId);
  return { StaleSecurityGroupSet: [] };
};
