import type { RequestContext } from "#kernel/handler.ts";
import { hex } from "#kernel/random.ts";
import type { Entry } from "#kernel/store.ts";
import {
  type Cidr,
  cidrOf,
  containsCidr,
  findZone,
  formatCidr,
  idOf,
  overlap,
  parseCidr,
  type Subnet,
  subnetKey,
  subnets,
  type Vpc,
  zonesOf,
} from "../model.ts";
import { acceptOnly, invalidValue } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { checkQuota } from "../request/quotas.ts";
import { specifiedTags } from "../request/tags.ts";
import { toSubnet } from "../shapes/subnet.ts";

export const CreateSubnet: Ec2Handler<"CreateSubnet"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId", "TagSpecifications"]);
  const vpc = await findOpen(ctx, kinds.vpc, input.VpcId);
  const existing = ctx.store.view(subnets).by("vpc", input.VpcId);
  const subnet: Subnet = {
    account: ctx.account,
    region: ctx.region,
    subnetId: idOf("subnet", hex(ctx.random, 32)),
    vpcId: input.VpcId,
    cidrBlock: formatCidr(subnetCidr(ctx, vpc.value, existing, input.CidrBlock)),
    availabilityZone: zoneFor(ctx, existing, input),
    defaultForAz: false,
    mapPublicIpOnLaunch: false,
    tags: specifiedTags(ctx, input.TagSpecifications, "subnet"),
  };
  checkQuota(ctx, "subnets", existing.length + 1);
  await ctx.store.commit({ unchanged: [vpc], put: subnetPuts(vpc, subnet) });
  return { Subnet: toSubnet(subnet, ctx) };
};

/** Rewrites the VPC too: its revision keeps two subnets that overlap from being made at the same moment. */
export function subnetPuts(vpc: Entry<Vpc>, subnet: Subnet) {
  return [
    { key: vpc.key, value: vpc.value },
    { key: subnetKey(subnet, subnet.subnetId), value: subnet },
  ];
}

function subnetCidr(
  ctx: RequestContext,
  vpc: Vpc,
  existing: readonly Entry<Subnet>[],
  cidrBlock: string | undefined,
): Cidr {
  if (cidrBlock === undefined) {
    throw ctx.fault("MissingParameter", "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.");
  }
  const cidr = parseCidr(cidrBlock);
  if (cidr === undefined) throw invalidValue(ctx, cidrBlock, "cidrBlock", "This is not a valid CIDR block.");
  if (cidr.prefixLength < 16 || cidr.prefixLength > 28 || !containsCidr(cidrOf(vpc), cidr)) {
    throw ctx.fault("InvalidSubnet.Range", `The CIDR '${cidrBlock}' is invalid.`);
  }
  if (existing.some((other) => overlap(cidrOf(other.value), cidr))) {
    throw ctx.fault("InvalidSubnet.Conflict", `The CIDR '${cidrBlock}' conflicts with another subnet`);
  }
  return cidr;
}

/** The zone asked for, else the one in which the VPC has the fewest subnets. */
function zoneFor(
  ctx: RequestContext,
  existing: readonly Entry<Subnet>[],
  input: { readonly AvailabilityZone?: string; readonly AvailabilityZoneId?: string },
): string {
  const { AvailabilityZone, AvailabilityZoneId } = input;
  if (AvailabilityZone !== undefined && AvailabilityZoneId !== undefined) {
    const message = "Only one of 'availabilityZone' or 'availabilityZoneId' can be provided.";
    throw ctx.fault("InvalidParameterCombination", message);
  }
  const asked = AvailabilityZone ?? AvailabilityZoneId;
  if (asked !== undefined) return knownZone(ctx, asked);
  const subnetsIn = (zone: string) => existing.filter((entry) => entry.value.availabilityZone === zone).length;
  const names = zonesOf(ctx.region).map((zone) => zone.zoneName);
  return names.reduce((best, name) => (subnetsIn(name) < subnetsIn(best) ? name : best));
}

/** The name of the zone with this name or id. */
export function knownZone(ctx: RequestContext, nameOrId: string): string {
  const zone = findZone(ctx.region, nameOrId);
  if (zone !== undefined) return zone.zoneName;
  const names = zonesOf(ctx.region).map((known) => known.zoneName);
  const reason = `Subnets can currently only be created in the following availability zones: ${names.join(", ")}.`;
  throw invalidValue(ctx, nameOrId, "availabilityZone", reason);
}
