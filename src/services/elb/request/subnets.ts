import type { SubnetMapping } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import {
  addresses,
  addressKey,
  cidrOf,
  containsAddress,
  ensureDefaultVpc,
  formatAddress,
  internetGateways,
  isReservedAddress,
  parseAddress,
  type SecurityGroup,
  type Subnet,
  securityGroupKey,
  securityGroupNameIndex,
  securityGroups,
  subnetKey,
  subnets,
} from "#services/ec2/model.ts";
import type { LoadBalancerRecord, LoadBalancerZone } from "../model.ts";
import { invalid, unsupported } from "./handler.ts";

type Kind = Pick<LoadBalancerRecord, "type" | "scheme">;

export interface ChosenSubnets {
  readonly vpcId: string;
  readonly zones: readonly LoadBalancerZone[];
  /** For the commit: subnets that are deleted meanwhile let it fail. */
  readonly unchanged: readonly Entry<Subnet>[];
}

/** The subnets that a request names, as the zones of a load balancer of this kind. */
export async function chosenSubnets(
  ctx: RequestContext,
  kind: Kind,
  ids: readonly string[] | undefined,
  mappings: readonly SubnetMapping[] | undefined,
): Promise<ChosenSubnets> {
  if (ids !== undefined && mappings !== undefined) {
    throw invalid("You must specify either subnets or subnet mappings, but not both");
  }
  const given = mappings ?? (ids ?? []).map((SubnetId): SubnetMapping => ({ SubnetId }));
  if (given.length === 0) throw invalid("At least one subnet must be specified");
  await ensureDefaultVpc(ctx);
  const found = given.map((mapping) => ({ mapping, subnet: requireSubnet(ctx, mapping.SubnetId) }));
  const [first] = found;
  const vpcId = first!.subnet.value.vpcId;
  if (found.some(({ subnet }) => subnet.value.vpcId !== vpcId)) {
    throw config("All subnets must belong to the same VPC");
  }
  const zoneNames = new Set(found.map(({ subnet }) => subnet.value.availabilityZone));
  if (zoneNames.size < found.length) {
    throw config("A load balancer cannot be attached to multiple subnets in the same Availability Zone");
  }
  if (kind.type === "application" && zoneNames.size < 2) {
    throw invalid("At least two subnets in two different Availability Zones must be specified");
  }
  if (kind.scheme === "internet-facing" && ctx.store.view(internetGateways).count("vpc", vpcId) === 0) {
    throw new Fault("InvalidSubnetException", `VPC ${vpcId} has no internet gateway`);
  }
  const zones = found.map(({ mapping, subnet }) => zoneOf(ctx, kind, mapping, subnet.value));
  return {
    vpcId,
    zones: zones.toSorted((a, b) => (a.zoneName < b.zoneName ? -1 : 1)),
    unchanged: found.map(({ subnet }) => subnet),
  };
}

function requireSubnet(ctx: RequestContext, subnetId = ""): Entry<Subnet> {
  const found = ctx.store.view(subnets).get(subnetKey(ctx, subnetId));
  if (found === undefined || found.value.closing) {
    throw new Fault("SubnetNotFoundException", `The subnet ID '${subnetId}' does not exist`);
  }
  return found;
}

function zoneOf(ctx: RequestContext, kind: Kind, mapping: SubnetMapping, subnet: Subnet): LoadBalancerZone {
  const { AllocationId, IPv6Address, SourceNatIpv6Prefix, PrivateIPv4Address: address } = mapping;
  if (AllocationId !== undefined) {
    throw unsupported("Elastic IP addresses are not available for load balancers: leave AllocationId out.");
  }
  if (IPv6Address !== undefined || SourceNatIpv6Prefix !== undefined) {
    throw unsupported("Load balancers have IPv4 addresses only: leave IPv6Address and SourceNatIpv6Prefix out.");
  }
  const { availabilityZone: zoneName, subnetId } = subnet;
  if (address === undefined) return { zoneName, subnetId };
  if (kind.type !== "network" || kind.scheme !== "internal") {
    throw invalid("A private IPv4 address can only be specified for internal load balancers of type 'network'");
  }
  const number = parseAddress(address);
  if (number === undefined) throw invalid(`'${address}' is not a valid IPv4 address`);
  const cidr = cidrOf(subnet);
  if (!containsAddress(cidr, number) || isReservedAddress(cidr, number)) {
    throw config(`The private IPv4 address '${address}' is not available in the subnet '${subnetId}'`);
  }
  const privateIPv4Address = formatAddress(number);
  const holder = ctx.store.view(addresses).get(addressKey(ctx, subnetId, privateIPv4Address));
  if (holder !== undefined) throw config(`The private IPv4 address '${address}' is in use`);
  return { zoneName, subnetId, privateIPv4Address };
}

/** The groups that a request names; without any an application load balancer has the default one of its VPC. */
export function chosenGroups(
  ctx: RequestContext,
  { type }: Pick<Kind, "type">,
  vpcId: string,
  ids: readonly string[] | undefined,
): Entry<SecurityGroup>[] {
  const view = ctx.store.view(securityGroups);
  if (ids === undefined || ids.length === 0) {
    return type === "application" ? view.by("name", securityGroupNameIndex(vpcId, "default")).slice(0, 1) : [];
  }
  const found = [...new Set(ids)].map((id) => view.get(securityGroupKey(ctx, id)));
  const valid = found.filter((group) => group !== undefined && group.value.vpcId === vpcId && !group.value.closing);
  if (valid.length === found.length) return valid as Entry<SecurityGroup>[];
  throw new Fault("InvalidSecurityGroupException", "One or more security groups are invalid");
}

function config(message: string): Fault {
  return new Fault("InvalidConfigurationRequestException", message);
}
