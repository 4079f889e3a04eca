import type { NetworkAcl as ApiNetworkAcl, NetworkAclEntry } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { type AclEntry, aclAssociationOf, entriesOf, isDefaultAcl, type NetworkAcl, subnets } from "../model.ts";
import type { FilterTable } from "../request/filters.ts";
import { toTags } from "../request/tags.ts";

const closingRule = 32767;

export function toNetworkAcl(acl: NetworkAcl, ctx: RequestContext): ApiNetworkAcl {
  return {
    NetworkAclId: acl.networkAclId,
    VpcId: acl.vpcId,
    OwnerId: acl.account,
    IsDefault: isDefaultAcl(acl),
    Entries: shownEntries(acl),
    Associations: associationsOf(acl, ctx).map(({ associationId, subnetId }) => ({
      NetworkAclAssociationId: associationId,
      NetworkAclId: acl.networkAclId,
      SubnetId: subnetId,
    })),
    Tags: toTags(acl.tags),
  };
}

/** What goes out first, each in the order of the numbers; the closing rules, which cannot be removed, deny the rest. */
function shownEntries(acl: NetworkAcl): readonly NetworkAclEntry[] {
  const entries = [...entriesOf(acl)].sort((a, b) => a.ruleNumber - b.ruleNumber);
  return [true, false].flatMap((Egress) => {
    const closing = { Egress, Protocol: "-1", RuleAction: "deny" as const, RuleNumber: closingRule };
    return [...entries.filter(({ egress }) => egress === Egress).map(toEntry), { ...closing, CidrBlock: "0.0.0.0/0" }];
  });
}

function toEntry({ egress, ruleNumber, action, protocol, cidrBlock, ipv6CidrBlock, ports, icmp }: AclEntry) {
  return {
    Egress: egress,
    RuleNumber: ruleNumber,
    RuleAction: action,
    Protocol: protocol,
    ...(cidrBlock !== undefined && { CidrBlock: cidrBlock }),
    ...(ipv6CidrBlock !== undefined && { Ipv6CidrBlock: ipv6CidrBlock }),
    ...(ports && { PortRange: { From: ports.from, To: ports.to } }),
    ...(icmp && { IcmpTypeCode: { Type: icmp.type, Code: icmp.code } }),
  };
}

function associationsOf(acl: NetworkAcl, ctx: RequestContext) {
  return ctx.store
    .view(subnets)
    .by("acl", acl.networkAclId)
    .map(({ value }) => ({ ...aclAssociationOf(value), subnetId: value.subnetId }));
}

export const networkAclFilters: FilterTable<NetworkAcl> = {
  "association.association-id": (acl, ctx) => associationsOf(acl, ctx).map(({ associationId }) => associationId),
  "association.network-acl-id": (acl, ctx) => (associationsOf(acl, ctx).length > 0 ? acl.networkAclId : []),
  "association.subnet-id": (acl, ctx) => associationsOf(acl, ctx).map(({ subnetId }) => subnetId),
  default: isDefaultAcl,
  "entry.cidr": (acl) => shownEntries(acl).flatMap(({ CidrBlock }) => CidrBlock ?? []),
  "entry.icmp.code": (acl) => entriesOf(acl).flatMap(({ icmp }) => icmp?.code ?? []),
  "entry.icmp.type": (acl) => entriesOf(acl).flatMap(({ icmp }) => icmp?.type ?? []),
  "entry.ipv6-cidr": (acl) => entriesOf(acl).flatMap(({ ipv6CidrBlock }) => ipv6CidrBlock ?? []),
  "entry.port-range.from": (acl) => entriesOf(acl).flatMap(({ ports }) => ports?.from ?? []),
  "entry.port-range.to": (acl) => entriesOf(acl).flatMap(({ ports }) => ports?.to ?? []),
  "entry.protocol": (acl) => shownEntries(acl).flatMap(({ Protocol }) => Protocol ?? []),
  "entry.rule-action": (acl) => shownEntries(acl).flatMap(({ RuleAction }) => RuleAction ?? []),
  "entry.egress": () => [true, false],
  "entry.rule-number": (acl) => shownEntries(acl).flatMap(({ RuleNumber }) => RuleNumber ?? []),
  "network-acl-id": (acl) => acl.networkAclId,
  "owner-id": (acl) => acl.account,
  "vpc-id": (acl) => acl.vpcId,
};
