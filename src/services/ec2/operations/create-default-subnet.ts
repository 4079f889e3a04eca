import type { RequestContext } from "#kernel/handler.ts";
import { hex } from "#kernel/random.ts";
import { cidrOf, defaultSubnet, formatCidr, idOf, overlap, sizeOf, subnets, type Vpc } from "../model.ts";
import { acceptOnly, missing } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { defaultVpcOf } from "../rules/groups.ts";
import { toSubnet } from "../shapes/subnet.ts";
import { knownZone, subnetPuts } from "./create-subnet.ts";

/** Makes the default subnet of a zone again, where the user has deleted it. */
export const CreateDefaultSubnet: Ec2Handler<"CreateDefaultSubnet"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["AvailabilityZone", "AvailabilityZoneId"]);
  const asked = input.AvailabilityZone ?? input.AvailabilityZoneId;
  if (asked === undefined) throw missing(ctx, "availabilityZone");
  const zoneName = knownZone(ctx, asked);
  const vpc = defaultVpcOf(ctx);
  if (vpc === undefined) {
    const message = "No default VPC exists for this account in this region.";
    throw ctx.fault("DefaultVpcDoesNotExist", message);
  }
  const existing = ctx.store.view(subnets).by("vpc", vpc.value.vpcId);
  const same = existing.find(({ value }) => value.defaultForAz && value.availabilityZone === zoneName);
  if (same !== undefined) {
    const message = `'${same.value.subnetId}' is already the default subnet in ${zoneName}.`;
    throw ctx.fault("DefaultSubnetAlreadyExistsInAvailabilityZone", message);
  }
  const usual = defaultSubnet(ctx, vpc.value.vpcId, zoneName, idOf("subnet", hex(ctx.random, 32)));
  const subnet = { ...usual, cidrBlock: freeBlock(ctx, vpc.value, usual.cidrBlock) };
  await ctx.store.commit({ unchanged: [vpc], put: subnetPuts(vpc, subnet) });
  return { Subnet: toSubnet(subnet, ctx) };
};

/** The zone's usual block if it is free, else the first free one of its size. */
function freeBlock(ctx: RequestContext, vpc: Vpc, usual: string): string {
  const existing = ctx.store
    .view(subnets)
    .by("vpc", vpc.vpcId)
    .map((entry) => cidrOf(entry.value));
  const { prefixLength } = cidrOf({ cidrBlock: usual });
  const size = sizeOf({ base: 0, prefixLength });
  const count = sizeOf(cidrOf(vpc)) / size;
  const blocks = Array.from({ length: count }, (_, i) => ({ base: cidrOf(vpc).base + i * size, prefixLength }));
  const free = [cidrOf({ cidrBlock: usual }), ...blocks].find((block) => !existing.some((e) => overlap(e, block)));
  if (free !== undefined) return formatCidr(free);
  throw ctx.fault("InvalidSubnet.Conflict", `The CIDR '${usual}' conflicts with another subnet`);
}
