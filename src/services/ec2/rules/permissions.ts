import type { IpPermission, UserIdGroupPair } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { formatCidr, parseCidr, type SecurityGroup, type SecurityGroupRule } from "../model.ts";
import { unsupported } from "../request/accept.ts";
import { canonicalIpv6Cidr } from "../request/ipv6.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { findGroupByName } from "./groups.ts";
import { protocolAndPorts } from "./ports.ts";

/** A rule before it has an id. */
export type RuleDraft = Omit<SecurityGroupRule, "securityGroupRuleId" | "isEgress" | "tags">;

export interface Drafts {
  readonly drafts: readonly RuleDraft[];
  /** The other groups that the drafts name, as they were read. */
  readonly peers: readonly Entry<SecurityGroup>[];
}

/** The single-rule parameters that the operations on rules take beside `IpPermissions`. */
export interface PermissionInput {
  readonly IpPermissions?: readonly IpPermission[];
  readonly IpProtocol?: string;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly CidrIp?: string;
  readonly SourceSecurityGroupName?: string;
  readonly SourceSecurityGroupOwnerId?: string;
}

/** All that the request asks for, as permissions. */
export function permissionsOf(input: PermissionInput): readonly IpPermission[] {
  const { IpPermissions = [], IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName } = input;
  if (IpProtocol === undefined && CidrIp === undefined && SourceSecurityGroupName === undefined) return IpPermissions;
  const pair: UserIdGroupPair = {
    ...(SourceSecurityGroupName !== undefined && { GroupName: SourceSecurityGroupName }),
    ...(input.SourceSecurityGroupOwnerId !== undefined && { UserId: input.SourceSecurityGroupOwnerId }),
  };
  const single: IpPermission = {
    // A source group without a protocol stands for all that EC2-Classic knew; in a VPC it is everything.
    IpProtocol: IpProtocol ?? "-1",
    ...(FromPort !== undefined && { FromPort }),
    ...(ToPort !== undefined && { ToPort }),
    ...(CidrIp !== undefined && { IpRanges: [{ CidrIp }] }),
    ...(SourceSecurityGroupName !== undefined && { UserIdGroupPairs: [pair] }),
  };
  return [...IpPermissions, single];
}

/** One draft for every peer of every permission, checked and in canonical form. */
export async function draftsOf(
  ctx: RequestContext,
  group: Entry<SecurityGroup>,
  permissions: readonly IpPermission[],
): Promise<Drafts> {
  const drafts: RuleDraft[] = [];
  const peers: Entry<SecurityGroup>[] = [];
  for (const permission of permissions) {
    refuseOtherPeers(ctx, permission);
    const ports = protocolAndPorts(ctx, permission.IpProtocol, permission.FromPort, permission.ToPort);
    for (const range of permission.IpRanges ?? []) {
      const cidrIpv4 = canonicalCidr(ctx, range.CidrIp);
      drafts.push({ ...ports, cidrIpv4, ...description(ctx, range.Description) });
    }
    for (const range of permission.Ipv6Ranges ?? []) {
      const cidrIpv6 = canonicalCidr6(ctx, range.CidrIpv6);
      drafts.push({ ...ports, cidrIpv6, ...description(ctx, range.Description) });
    }
    for (const pair of permission.UserIdGroupPairs ?? []) {
      const peer = await peerGroup(ctx, group, pair);
      if (peer.key !== group.key) peers.push(peer);
      drafts.push({ ...ports, referencedGroupId: peer.value.groupId, ...description(ctx, pair.Description) });
    }
  }
  refuseRepeated(ctx, drafts);
  return { drafts, peers };
}

/** What makes two rules the same: everything but the description. */
export function identityOf(rule: RuleDraft): string {
  return [rule.ipProtocol, rule.fromPort, rule.toPort, peerOf(rule)].join();
}

function peerOf({ cidrIpv4, cidrIpv6, referencedGroupId }: RuleDraft): string | undefined {
  return cidrIpv4 ?? cidrIpv6 ?? referencedGroupId;
}

/** EC2's words for a rule: `peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW`. */
export function describeRule(rule: RuleDraft): string {
  const peer = `peer: ${peerOf(rule)}`;
  const protocol = rule.ipProtocol === "-1" ? "ALL" : rule.ipProtocol.toUpperCase();
  const of = (value: number) => (value === -1 ? "ALL" : value);
  if (protocol === "TCP" || protocol === "UDP") {
    return `${peer}, ${protocol}, from port: ${rule.fromPort}, to port: ${rule.toPort}, ALLOW`;
  }
  if (protocol === "ICMP" || protocol === "ICMPV6")
    return `${peer}, ${protocol}, type: ${of(rule.fromPort)}, code: ${of(rule.toPort)}, ALLOW`;
  return `${peer}, ${protocol}, ALLOW`;
}

/** `10.0.3.7/16` becomes `10.0.0.0/16`, as EC2 does it. */
export function canonicalCidr(ctx: RequestContext, text: string | undefined): string {
  const cidr = text === undefined ? undefined : parseCidr(text);
  if (cidr === undefined) throw ctx.fault("InvalidParameterValue", `CIDR block ${text} is malformed`);
  return formatCidr(cidr);
}

export function canonicalCidr6(ctx: RequestContext, text: string | undefined): string {
  const cidr = text === undefined ? undefined : canonicalIpv6Cidr(text);
  if (cidr === undefined) throw ctx.fault("InvalidParameterValue", `CIDR block ${text} is malformed`);
  return cidr;
}

const maxDescriptionLength = 255;
const descriptionCharacters = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/;

/** The description to keep, if there is one. */
export function description(ctx: RequestContext, text: string | undefined): { readonly description?: string } {
  if (text === undefined || text === "") return {};
  if (text.length > maxDescriptionLength || !descriptionCharacters.test(text)) {
    const message =
      "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  " +
      "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";
    throw ctx.fault("InvalidParameterValue", message);
  }
  return { description: text };
}

/** The group that a rule names, which must be of the same VPC as the rule's own. */
export async function peerGroup(
  ctx: RequestContext,
  group: Entry<SecurityGroup>,
  pair: UserIdGroupPair,
): Promise<Entry<SecurityGroup>> {
  if (pair.UserId !== undefined && pair.UserId !== ctx.account) {
    const message = `The security group '${pair.GroupId ?? pair.GroupName}' does not exist`;
    throw ctx.fault("InvalidGroup.NotFound", message);
  }
  if (pair.GroupId === undefined && pair.GroupName === undefined) {
    throw ctx.fault("MissingParameter", "Source group ID missing.");
  }
  if (pair.VpcPeeringConnectionId !== undefined) throw unsupported(ctx, "VpcPeeringConnectionId");
  const peer =
    pair.GroupId !== undefined
      ? await findOpen(ctx, kinds.securityGroup, pair.GroupId)
      : findGroupByName(ctx, group.value.vpcId, pair.GroupName);
  if (peer.value.vpcId !== group.value.vpcId) {
    const message = "You have specified two resources that belong to different networks.";
    throw ctx.fault("InvalidGroup.NotFound", message);
  }
  return peer;
}

function refuseOtherPeers(ctx: RequestContext, permission: IpPermission): void {
  if ((permission.PrefixListIds ?? []).length > 0) throw unsupported(ctx, "PrefixListIds");
  const { IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] } = permission;
  if (IpRanges.length + Ipv6Ranges.length + UserIdGroupPairs.length === 0) {
    const message = "Missing source specification: include source security group or CIDR information";
    throw ctx.fault("MissingParameter", message);
  }
}

function refuseRepeated(ctx: RequestContext, drafts: readonly RuleDraft[]): void {
  if (new Set(drafts.map(identityOf)).size === drafts.length) return;
  throw ctx.fault("InvalidParameterValue", "The same permission must not appear multiple times");
}
