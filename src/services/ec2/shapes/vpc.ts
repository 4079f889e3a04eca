import type {
  DhcpOptions as ApiDhcpOptions,
  NetworkAcl as ApiNetworkAcl,
  Vpc as ApiVpc,
} from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { DhcpOptions, NetworkAcl, Subnet, Vpc } from "../model.ts";
import { subnets } from "../model.ts";
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
    "domain-name": region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`,
    "domain-name-servers": "AmazonProvidedDNS",
  };
}

export const dhcpOptionsFilters: FilterTable<DhcpOptions> = {
  "dhcp-options-id": (options) => options.dhcpOptionsId,
  key: (options) => Object.keys(configurationOf(options)),
  value: (options) => Object.values(configurationOf(options)),
  "owner-id": (options) => options.account,
};

const everything = { Protocol: "-1", CidrBlock: "0.0.0.0/0" } as const;

/** The default network ACL: all is allowed, and the closing rule, which cannot be removed, denies the rest. */
export function toNetworkAcl(acl: NetworkAcl, ctx: RequestContext): ApiNetworkAcl {
  return {
    NetworkAclId: acl.networkAclId,
    VpcId: acl.vpcId,
    OwnerId: acl.account,
    IsDefault: true,
    Entries: [true, false].flatMap((Egress) => [
      { ...everything, Egress, RuleAction: "allow" as const, RuleNumber: 100 },
      { ...everything, Egress, RuleAction: "deny" as const, RuleNumber: 32767 },
    ]),
    Associations: subnetsOf(acl, ctx).map((subnet) => ({
      NetworkAclAssociationId: aclAssociationId(subnet),
      NetworkAclId: acl.networkAclId,
      SubnetId: subnet.subnetId,
    })),
    Tags: toTags(acl.tags),
  };
}

function subnetsOf(acl: NetworkAcl, ctx: RequestContext): readonly Subnet[] {
  return ctx.store
    .view(subnets)
    .by("vpc", acl.vpcId)
    .map((entry) => entry.value);
}

function aclAssociationId(subnet: Subnet): string {
  return subnet.subnetId.replace("subnet-", "aclassoc-");
}

export const networkAclFilters: FilterTable<NetworkAcl> = {
  "association.association-id": (acl, ctx) => subnetsOf(acl, ctx).map(aclAssociationId),
  "association.network-acl-id": (acl) => acl.networkAclId,
  "association.subnet-id": (acl, ctx) => subnetsOf(acl, ctx).map((subnet) => subnet.subnetId),
  default: () => true,
  "entry.cidr": () => everything.CidrBlock,
  "entry.icmp.code": () => [],
  "entry.icmp.type": () => [],
  "entry.ipv6-cidr": () => [],
  "entry.port-range.from": () => [],
  "entry.port-range.to": () => [],
  "entry.protocol": () => everything.Protocol,
  "entry.rule-action": () => ["allow", "deny"],
  "entry.egress": () => [true, false],
  "entry.rule-number": () => [100, 32767],
  "network-acl-id": (acl) => acl.networkAclId,
  "owner-id": (acl) => acl.account,
  "vpc-id": (acl) => acl.vpcId,
};
