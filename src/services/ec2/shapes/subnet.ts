import type { Subnet as ApiSubnet } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { addresses, cidrOf, type Subnet, subnetArn, usableAddressCount, zoneIdOf } from "../model.ts";
import type { FilterTable } from "../request/filters.ts";
import { toTags } from "../request/tags.ts";

export function toSubnet(subnet: Subnet, ctx: RequestContext): ApiSubnet {
  return {
    SubnetId: subnet.subnetId,
    SubnetArn: subnetArn(subnet),
    OwnerId: subnet.account,
    VpcId: subnet.vpcId,
    State: "available",
    CidrBlock: subnet.cidrBlock,
    Ipv6CidrBlockAssociationSet: [],
    AvailabilityZone: subnet.availabilityZone,
    AvailabilityZoneId: zoneIdOf(subnet, subnet.availabilityZone),
    AvailableIpAddressCount: availableAddressCount(subnet, ctx),
    DefaultForAz: subnet.defaultForAz,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    MapCustomerOwnedIpOnLaunch: false,
    AssignIpv6AddressOnCreation: false,
    EnableDns64: false,
    Ipv6Native: false,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: "ip-name",
      EnableResourceNameDnsARecord: false,
      EnableResourceNameDnsAAAARecord: false,
    },
    BlockPublicAccessStates: { InternetGatewayBlockMode: "off" },
    Tags: toTags(subnet.tags),
  };
}

function availableAddressCount(subnet: Subnet, ctx: RequestContext): number {
  return usableAddressCount(cidrOf(subnet)) - ctx.store.view(addresses).count("subnet", subnet.subnetId);
}

export const subnetFilters: FilterTable<Subnet> = {
  "availability-zone": (subnet) => subnet.availabilityZone,
  availabilityZone: (subnet) => subnet.availabilityZone,
  "availability-zone-id": (subnet) => zoneIdOf(subnet, subnet.availabilityZone),
  availabilityZoneId: (subnet) => zoneIdOf(subnet, subnet.availabilityZone),
  "available-ip-address-count": availableAddressCount,
  "cidr-block": (subnet) => subnet.cidrBlock,
  cidr: (subnet) => subnet.cidrBlock,
  cidrBlock: (subnet) => subnet.cidrBlock,
  "customer-owned-ipv4-pool": () => [],
  "default-for-az": (subnet) => subnet.defaultForAz,
  defaultForAz: (subnet) => subnet.defaultForAz,
  "enable-dns64": () => false,
  "enable-lni-at-device-index": () => [],
  "ipv6-cidr-block-association.ipv6-cidr-block": () => [],
  "ipv6-cidr-block-association.association-id": () => [],
  "ipv6-cidr-block-association.state": () => [],
  "ipv6-native": () => false,
  "map-customer-owned-ip-on-launch": () => false,
  "map-public-ip-on-launch": (subnet) => subnet.mapPublicIpOnLaunch,
  "outpost-arn": () => [],
  "owner-id": (subnet) => subnet.account,
  "private-dns-name-options-on-launch.hostname-type": () => "ip-name",
  "private-dns-name-options-on-launch.enable-resource-name-dns-a-record": () => false,
  "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": () => false,
  state: () => "available",
  "subnet-arn": subnetArn,
  "subnet-id": (subnet) => subnet.subnetId,
  "vpc-id": (subnet) => subnet.vpcId,
};
