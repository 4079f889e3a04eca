import type { SubnetSpec, VpcSpec } from "#kernel/agent-protocol.ts";
import type { AclRuleSpec, NetworkAclSpec } from "#kernel/network-acl.ts";
import { formatCidr, range } from "./ipv4.ts";
import { bridgeDevice } from "./names.ts";
import type { NftChain, NftSet } from "./nft-table.ts";
import { type Direction, trafficMatch, words } from "./security-rules.ts";

type Restricted = SubnetSpec & { readonly acl: NetworkAclSpec };

function restricted({ subnets }: VpcSpec): Restricted[] {
  return subnets.filter((subnet): subnet is Restricted => subnet.acl !== undefined);
}

/** Bridges of subnets whose network ACL denies anything. A VPC without such an ACL has no rule of all these. */
export function aclSets(vpc: VpcSpec): [string, NftSet][] {
  const subnets = restricted(vpc);
  if (subnets.length === 0) return [];
  const to = (direction: Direction): NftSet => ({
    type: "ifname : verdict",
    elements: new Map(
      subnets.map(({ subnetId }) => [`"${bridgeDevice(subnetId)}"`, `jump ${aclChain(subnetId, direction)}`]),
    ),
  });
  return [
    ["acl-senders", to("egress")],
    ["acl-receivers", to("ingress")],
  ];
}

/**
 * Network ACLs are stateless: they see every packet, before the security groups. A packet out of a subnet passes the
 * rules of that subnet's ACL for what goes out, one into a subnet those for what comes in, one that stays in its subnet
 * none. What the platform serves is let through, as AWS does with its resolver and metadata ("Control subnet traffic
 * with network access control lists", Amazon VPC User Guide).
 */
export function aclChains(vpc: VpcSpec, hostServiceAddress: string): [string, NftChain][] {
  const subnets = restricted(vpc);
  if (subnets.length === 0) return [];
  const base: NftChain = {
    hook: "type filter hook forward priority filter - 10; policy accept;",
    rules: [
      `ip daddr ${hostServiceAddress} accept`,
      `ip saddr ${hostServiceAddress} accept`,
      "iifname vmap @acl-senders",
      "oifname vmap @acl-receivers",
    ],
  };
  const own = subnets.flatMap(({ subnetId, acl }): [string, NftChain][] => {
    const within = `oifname "${bridgeDevice(subnetId)}" accept`;
    return [
      [aclChain(subnetId, "egress"), { rules: [within, ...aclRules(acl.egress, "egress")] }],
      [aclChain(subnetId, "ingress"), { rules: aclRules(acl.ingress, "ingress") }],
    ];
  });
  return [["acls", base], ...own];
}

/** The rules in their order; what they let pass returns to go on. */
export function aclRules(rules: readonly AclRuleSpec[], direction: Direction): string[] {
  const peer = direction === "ingress" ? "ip saddr" : "ip daddr";
  const lines = rules.flatMap((rule) => {
    const match = trafficMatch(rule);
    if (match === undefined) return [];
    const cidr = range(rule.cidr);
    const from = cidr.prefixLength === 0 ? "" : `${peer} ${formatCidr(cidr)}`;
    return [words(from, match, rule.action === "allow" ? "return" : "drop")];
  });
  return [...lines, "drop"];
}

function aclChain(subnetId: string, direction: Direction): string {
  return `acl-${direction}-${subnetId}`;
}
