import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";

/** Addresses have no attributes: the only one, a domain name for reverse look-ups, cannot be given to them. */
export const DescribeAddressesAttribute: Ec2Handler<"DescribeAddressesAttribute"> = async (input, ctx) => {
  await Promise.all((input.AllocationIds ?? []).map((id) => find(ctx, kinds.elasticAddress, id)));
  return { Addresses: [] };
};
