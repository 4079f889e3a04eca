import type { SecurityGroupSpec, SecurityRuleSpec } from "#kernel/agent-protocol.ts";
import { formatCidr, type Range, range, withoutCovered } from "./ipv4.ts";

export type Direction = "ingress" | "egress";

/**
 * The nft rules of one group in one direction. Rules that differ only in their range become one with a set of ranges.
 * `peers` names the nft sets of group members that exist; a rule about another group matches nobody. `verdict` is what
 * follows a match. Rules about IPv6 only (`icmpv6`) match nothing: the platform's VPCs carry IPv4.
 */
export function groupRules(
  rules: readonly SecurityRuleSpec[],
  direction: Direction,
  peers: ReadonlySet<string>,
  verdict: string,
): string[] {
  const peerAddress = direction === "ingress" ? "ip saddr" : "ip daddr";
  const ranges = new Map<string, Range[]>();
  const lines = new Set<string>();
  for (const rule of rules) {
    const match = trafficMatch(rule);
    if (match === undefined) continue;
    if ("cidr" in rule.peer) {
      const group = ranges.get(match) ?? [];
      ranges.set(match, group);
      group.push(range(rule.peer.cidr));
    } else if (peers.has(rule.peer.groupId)) {
      lines.add(words(`${peerAddress} @${rule.peer.groupId}`, match, verdict));
    }
  }
  for (const [match, all] of ranges) {
    const kept = withoutCovered(all);
    const everywhere = kept[0]!.prefixLength === 0;
    lines.add(words(everywhere ? "" : `${peerAddress} { ${kept.map(formatCidr).join(", ")} }`, match, verdict));
  }
  return [...lines].sort();
}

/** The groups that any rule refers to: those whose members' addresses must be known as a set. */
export function referredGroups(groups: readonly SecurityGroupSpec[]): Set<string> {
  const referred = new Set<string>();
  for (const { ingress, egress } of groups) {
    for (const { peer } of [...ingress, ...egress]) if ("groupId" in peer) referred.add(peer.groupId);
  }
  return referred;
}

const protocolNames: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6" };

/** What a packet must be, in nft's words; empty for any, undefined for what IPv4 never is. */
export function trafficMatch({
  protocol,
  fromPort,
  toPort,
}: Pick<SecurityRuleSpec, "protocol" | "fromPort" | "toPort">): string | undefined {
  const name = protocolNames[protocol] ?? protocol;
  if (name === "-1") return "";
  if (name === "icmpv6") return undefined;
  if (name === "icmp") return icmpMatch(fromPort ?? -1, toPort ?? -1);
  if (name === "tcp" || name === "udp") return portMatch(name, fromPort ?? -1, toPort ?? -1);
  return `ip protocol ${name}`; // AWS takes no ports for other protocols
}

function portMatch(protocol: "tcp" | "udp", from: number, to: number): string | undefined {
  const first = Math.max(0, from);
  const last = to < 0 ? 65535 : to;
  if (first > last) return undefined;
  if (first === 0 && last === 65535) return `meta l4proto ${protocol}`;
  return `${protocol} dport ${first === last ? first : `${first}-${last}`}`;
}

function icmpMatch(type: number, code: number): string {
  if (type < 0) return "ip protocol icmp";
  return code < 0 ? `icmp type ${type}` : `icmp type ${type} icmp code ${code}`;
}

export function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}
