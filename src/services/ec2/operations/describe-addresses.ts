import { worldOf } from "#kernel/world.ts";
import { elasticAddresses } from "../model.ts";
import { filterTest } from "../request/filters.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";
import { addressFilters, toAddress } from "../shapes/routing.ts";

export const DescribeAddresses: Ec2Handler<"DescribeAddresses"> = async (input, ctx) => {
  const { PublicIps = [], AllocationIds = [] } = input;
  await Promise.all(AllocationIds.map((id) => find(ctx, kinds.elasticAddress, id)));
  const all = ctx.store
    .view(elasticAddresses)
    .by("region", worldOf(ctx))
    .map((entry) => entry.value);
  const unknown = PublicIps.find((ip) => !all.some((address) => address.publicIp === ip));
  if (unknown !== undefined) throw ctx.fault("InvalidAddress.NotFound", `Address '${unknown}' not found.`);
  const everyOne = PublicIps.length + AllocationIds.length === 0;
  const matches = filterTest(ctx, input.Filters, addressFilters);
  return {
    Addresses: all
      .filter((one) => everyOne || PublicIps.includes(one.publicIp) || AllocationIds.includes(one.allocationId))
      .filter(matches)
      .map(toAddress),
  };
};
