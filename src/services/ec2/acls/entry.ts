import type { CreateNetworkAclEntryRequest } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { type AclEntry, entriesOf, formatCidr, type NetworkAcl, parseCidr } from "../model.ts";
import { invalidValue, missing } from "../request/accept.ts";
import { canonicalIpv6Cidr } from "../request/ipv6.ts";
import { protocolAndPorts } from "../rules/ports.ts";

const maxRuleNumber = 32766;
const numbers: Readonly<Record<string, string>> = { icmp: "1", tcp: "6", udp: "17", icmpv6: "58", "-1": "-1" };

/** The entry that a request describes ("CreateNetworkAclEntry", Amazon EC2 API Reference). */
export function entryOf(ctx: RequestContext, input: CreateNetworkAclEntryRequest): AclEntry {
  const { RuleNumber, Egress, RuleAction } = input;
  checkNumber(ctx, RuleNumber);
  const ranges = rangesOf(ctx, input);
  return { egress: Egress, ruleNumber: RuleNumber, action: RuleAction, ...ranges, ...trafficOf(ctx, input) };
}

/** Where the entry of this number and direction is among those of the ACL; -1 when there is none. */
export function indexOfEntry(acl: NetworkAcl, ruleNumber: number, egress: boolean): number {
  return entriesOf(acl).findIndex((entry) => entry.ruleNumber === ruleNumber && entry.egress === egress);
}

/** As `indexOfEntry`. Throws when there is none. */
export function findEntry(ctx: RequestContext, acl: NetworkAcl, ruleNumber: number, egress: boolean): number {
  const index = indexOfEntry(acl, ruleNumber, egress);
  if (index >= 0) return index;
  const message = `The network acl entry identified by ${ruleNumber} does not exist`;
  throw ctx.fault("InvalidNetworkAclEntry.NotFound", message);
}

function checkNumber(ctx: RequestContext, number: number): void {
  if (number >= 1 && number <= maxRuleNumber) return;
  throw invalidValue(ctx, number, "ruleNumber", `The number must be between 1 and ${maxRuleNumber}.`);
}

type Ranges = Pick<AclEntry, "cidrBlock" | "ipv6CidrBlock">;

function rangesOf(ctx: RequestContext, { CidrBlock, Ipv6CidrBlock }: CreateNetworkAclEntryRequest): Ranges {
  if (CidrBlock !== undefined && Ipv6CidrBlock !== undefined) {
    const message = "Only one of 'cidrBlock' or 'ipv6CidrBlock' can be provided.";
    throw ctx.fault("InvalidParameterCombination", message);
  }
  const invalid = (value: string, name: string) => invalidValue(ctx, value, name, "This is not a valid CIDR block.");
  if (Ipv6CidrBlock !== undefined) {
    const ipv6CidrBlock = canonicalIpv6Cidr(Ipv6CidrBlock);
    if (ipv6CidrBlock === undefined) throw invalid(Ipv6CidrBlock, "ipv6CidrBlock");
    return { ipv6CidrBlock };
  }
  if (CidrBlock === undefined) throw missing(ctx, "cidrBlock");
  const cidr = parseCidr(CidrBlock);
  if (cidr === undefined) throw invalid(CidrBlock, "cidrBlock");
  return { cidrBlock: formatCidr(cidr) };
}

/** Ports are those of TCP and UDP, types and codes those of ICMP; what is said of them for others goes unheard. */
function trafficOf(
  ctx: RequestContext,
  input: CreateNetworkAclEntryRequest,
): Pick<AclEntry, "protocol" | "ports" | "icmp"> {
  const asked = input.Protocol.toLowerCase();
  const { IcmpTypeCode: icmp, PortRange: range } = input;
  if (asked === "58" || asked === "icmpv6") return icmpv6Of(ctx, input);
  if (asked === "1" || asked === "icmp") {
    if (icmp?.Type === undefined || icmp.Code === undefined) throw missing(ctx, "icmpTypeCode");
    const { fromPort, toPort } = protocolAndPorts(ctx, "icmp", icmp.Type, icmp.Code);
    return { protocol: "1", icmp: { type: fromPort!, code: toPort! } };
  }
  const { ipProtocol, fromPort, toPort } = protocolAndPorts(ctx, asked, range?.From, range?.To);
  const protocol = numbers[ipProtocol] ?? ipProtocol;
  if (protocol !== "6" && protocol !== "17") return { protocol };
  return { protocol, ports: { from: fromPort!, to: toPort! } };
}

function icmpv6Of(ctx: RequestContext, { Ipv6CidrBlock, IcmpTypeCode }: CreateNetworkAclEntryRequest) {
  if (Ipv6CidrBlock === undefined) return { protocol: "58" };
  if (IcmpTypeCode?.Type === undefined || IcmpTypeCode.Code === undefined) throw missing(ctx, "icmpTypeCode");
  return { protocol: "58", icmp: { type: IcmpTypeCode.Type, code: IcmpTypeCode.Code } };
}
