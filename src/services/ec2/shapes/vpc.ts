import type { DhcpOptions as ApiDhcpOptions, Vpc as ApiVpc } from "#generated/ec2/types.ts";
import { privateDomain } from "#kernel/private-names.ts";
import type { DhcpOptions, Vpc } from "../model.ts";
import type { FilterTable } from "../request/filters.ts";
import { toTags } from "../request/tags.ts";

export function toVpc(vpc: Vpc): ApiVpc {
  return {
    VpcId: vpc.vpcId,
    OwnerId: vpc.account,
    State: "available",
    CidrBlock: vpc.cidrBlock,
    CidrBlockAssociationSet: [
      { AssociationId: vpc.cidrAssociationId, CidrBlock: vpc.cidrBlock, CidrBlockState: { State: "associated" } },
    ],
    Ipv6CidrBlockAssociationSet: [],
    DhcpOptionsId: vpc.dhcpOptionsId,
    InstanceTenancy: "default",
    IsDefault: vpc.isDefault,
    BlockPublicAccessStates: { InternetGatewayBlockMode: "off" },
    Tags: toTags(vpc.tags),
  };
}

export const vpcFilters: FilterTable<Vpc> = {
  cidr: (vpc) => vpc.cidrBlock,
  "cidr-block-association.cidr-block": (vpc) => vpc.cidrBlock,
  "cidr-block-association.association-id": (vpc) => vpc.cidrAssociationId,
  "cidr-block-association.state": () => "associated",
  "dhcp-options-id": (vpc) => vpc.dhcpOptionsId,
  "ipv6-cidr-block-association.ipv6-cidr-block": () => [],
  "ipv6-cidr-block-association.ipv6-pool": () => [],
  "ipv6-cidr-block-association.association-id": () => [],
  "ipv6-cidr-block-association.state": () => [],
  "is-default": (vpc) => vpc.isDefault,
  isDefault: (vpc) => vpc.isDefault,
  "owner-id": (vpc) => vpc.account,
  state: () => "available",
  "vpc-id": (vpc) => vpc.vpcId,
};

export function toDhcpOptions(options: DhcpOptions): ApiDhcpOptions {
  return {
    DhcpOptionsId: options.dhcpOptionsId,
    OwnerId: options.account,
    DhcpConfigurations: Object.entries(configurationOf(options)).map(([Key, Value]) => ({ Key, Values: [{ Value }] })),
    Tags: toTags(options.tags),
  };
}

function configurationOf({ region }: DhcpOptions): Readonly<Record<string, string>> {
  return {
    "domain-name": privateDomain(region),
    "domain-name-servers": "AmazonProvidedDNS",
  };
}

export const dhcpOptionsFilters: FilterTable<DhcpOptions> = {
  "dhcp-options-id": (options) => options.dhcpOptionsId,
  key: (options) => Object.keys(configurationOf(options)),
  value: (options) => Object.values(configurationOf(options)),
  "owner-id": (options) => options.account,
};
