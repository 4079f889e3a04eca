import { hex } from "#kernel/random.ts";
import { absent } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import {
  allocatePublicAddress,
  type ElasticAddress,
  elasticAddresses,
  elasticAddressKey,
  idOf,
  publicAddresses,
  publicAddressKey,
} from "../model.ts";
import { acceptOnly, invalidValue } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { checkQuota } from "../request/quotas.ts";
import { specifiedTags } from "../request/tags.ts";

/** Allocates an address of the platform's public pool (see `publicPool`). */
export const AllocateAddress: Ec2Handler<"AllocateAddress"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["Domain", "NetworkBorderGroup", "PublicIpv4Pool", "TagSpecifications"]);
  if (input.Domain !== undefined && input.Domain !== "vpc") {
    throw invalidValue(ctx, input.Domain, "domain", "Only vpc is supported.");
  }
  if (input.NetworkBorderGroup !== undefined && input.NetworkBorderGroup !== ctx.region) {
    throw invalidValue(ctx, input.NetworkBorderGroup, "networkBorderGroup", `Only ${ctx.region} is supported.`);
  }
  if (input.PublicIpv4Pool !== undefined && input.PublicIpv4Pool !== "amazon") {
    throw invalidValue(ctx, input.PublicIpv4Pool, "publicIpv4Pool", "Only amazon is supported.");
  }
  checkQuota(ctx, "elasticAddresses", ctx.store.view(elasticAddresses).count("region", worldOf(ctx)) + 1);
  const seed = hex(ctx.random, 32);
  const taken = ctx.store.view(publicAddresses);
  const publicIp = allocatePublicAddress((ip) => taken.get(publicAddressKey(ip)) !== undefined, seed);
  if (publicIp === undefined) {
    throw ctx.fault("InsufficientAddressCapacity", "There are not enough free public addresses.");
  }
  const { account, region } = ctx;
  const allocationId = idOf("eipalloc", seed);
  const tags = specifiedTags(ctx, input.TagSpecifications, "elastic-ip");
  const address: ElasticAddress = { account, region, allocationId, publicIp, tags };
  await ctx.store.commit({
    unchanged: [absent(publicAddressKey(publicIp))],
    put: [
      { key: elasticAddressKey(ctx, allocationId), value: address },
      { key: publicAddressKey(publicIp), value: { account, region, publicIp, ownerId: allocationId } },
    ],
  });
  return {
    AllocationId: allocationId,
    PublicIp: publicIp,
    Domain: "vpc",
    PublicIpv4Pool: "amazon",
    NetworkBorderGroup: region,
  };
};
