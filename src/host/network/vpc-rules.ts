import { createHash } from "node:crypto";
import type { InterfaceSpec, VpcSpec } from "#kernel/agent-protocol.ts";
import { aclChains, aclSets } from "./acl-rules.ts";
import { addressAt } from "./ipv4.ts";
import { linkDevice, portDevice, vpcTable } from "./names.ts";
import type { NftChain, NftSet, NftTable } from "./nft-table.ts";
import { type Direction, groupRules, referredGroups } from "./security-rules.ts";

/** What the platform serves to tasks on the host, and at which end of the link a VPC's packets leave. */
export interface VpcSurroundings {
  readonly hostServiceAddress: string;
  readonly ports: ServicePorts;
  /** The VPC's own address on its link: the source of all that leaves it. */
  readonly linkAddress: string;
}

/** Ports on the host service address. */
export interface ServicePorts {
  readonly metadata: number;
  readonly dns: number;
  readonly api: number;
}

/** What the tables of a VPC's namespace must be. */
export interface VpcRules {
  /** Routed packets: security groups, the way out, and the addresses that AWS reserves. */
  readonly filter: NftTable;
  /** Bridged packets: what a port may send at all. */
  readonly guard: NftTable;
}

/** The tables for a VPC; pure. The cost of a packet does not grow with the number of interfaces or groups. */
export function compileRules(
  vpc: VpcSpec,
  around: VpcSurroundings,
  unplugged: ReadonlySet<string> = new Set(),
): VpcRules {
  return { filter: filterTable(vpc, around, unplugged), guard: guardTable(vpc) };
}

/** The same tables once other interfaces are unplugged. */
export function withUnplugged({ filter, guard }: VpcRules, vpc: VpcSpec, unplugged: ReadonlySet<string>): VpcRules {
  return { guard, filter: { ...filter, sets: new Map([...filter.sets, ["present", presentSet(vpc, unplugged)]]) } };
}

/** Addresses at which somebody may answer: of those that are described, but for what has been unplugged since. */
function presentSet({ interfaces }: VpcSpec, unplugged: ReadonlySet<string>): NftSet {
  const present = interfaces.filter(({ networkInterfaceId }) => !unplugged.has(networkInterfaceId));
  return setOf("ipv4_addr", present, (one) => one.privateIpv4Address);
}

/** Frames of a port must carry its interface's MAC address and, with the source check, its IPv4 address. */
function guardTable(vpc: VpcSpec): NftTable {
  const checked = vpc.interfaces.filter(({ sourceDestCheck }) => sourceDestCheck);
  const unchecked = vpc.interfaces.filter(({ sourceDestCheck }) => !sourceDestCheck);
  return {
    family: "bridge",
    name: vpcTable,
    sets: new Map([
      ["own", setOf("ifname . ether_addr . ipv4_addr", checked, (one) => partsOf(one).ownAddress)],
      ["own-mac", setOf("ifname . ether_addr", unchecked, (one) => partsOf(one).ownMac)],
    ]),
    chains: new Map([
      [
        "guard",
        {
          hook: "type filter hook prerouting priority -300; policy drop;",
          rules: [
            "meta protocol ip iifname . ether saddr . ip saddr @own accept",
            "meta protocol arp iifname . arp saddr ether . arp saddr ip @own accept",
            "meta protocol { ip, arp } iifname . ether saddr @own-mac accept",
          ],
        },
      ],
    ]),
  };
}

function filterTable(vpc: VpcSpec, around: VpcSurroundings, unplugged: ReadonlySet<string>): NftTable {
  const wayOut = new Map(vpc.subnets.map(({ subnetId, egress }) => [subnetId, egress]));
  const outward = vpc.interfaces.filter(({ subnetId, hasPublicIp }) => {
    const egress = wayOut.get(subnetId);
    return egress === "nat-gateway" || (egress === "internet-gateway" && hasPublicIp);
  });
  const unchecked = vpc.interfaces.filter(({ sourceDestCheck }) => !sourceDestCheck);
  const loadBalancers = vpc.interfaces.filter(({ isLoadBalancer }) => isLoadBalancer);
  const address = (one: InterfaceSpec) => one.privateIpv4Address;
  const toHost = (one: InterfaceSpec) => `goto ${partsOf(one).toHost}`;
  const jump = (direction: Direction) => (one: InterfaceSpec) => `jump ${partsOf(one)[direction]}`;
  const sets = new Map<string, NftSet>([
    ["senders", setOf("ipv4_addr : verdict", vpc.interfaces, address, jump("egress"))],
    ["router-senders", setOf("ether_addr : verdict", unchecked, (one) => one.macAddress, jump("egress"))],
    ["receivers", setOf("ipv4_addr : verdict", vpc.interfaces, address, jump("ingress"))],
    ["outward", setOf("ipv4_addr", outward, address)],
    ["load-balancers", setOf("ipv4_addr : verdict", loadBalancers, address, toHost)],
    ["present", presentSet(vpc, unplugged)],
    ...memberSets(vpc),
    ...aclSets(vpc),
  ]);
  const chains = new Map<string, NftChain>([
    ...baseChains(vpc, around),
    ...natChains(vpc, around),
    ...aclChains(vpc, around.hostServiceAddress),
    ...securityChains(vpc, sets),
  ]);
  return { family: "inet", name: vpcTable, sets, chains };
}

/** What fails at once, instead of timing out. */
export const refuse = ["meta l4proto tcp reject with tcp reset", "reject with icmp type port-unreachable"];

/** The documented address of metadata and credentials, which SDKs have built in. */
export const metadataAddress = "169.254.170.2";

/** Leads it to the server. */
export function toMetadata({
  hostServiceAddress,
  ports,
}: Pick<VpcSurroundings, "hostServiceAddress" | "ports">): string {
  return `ip daddr ${metadataAddress} tcp dport 80 dnat ip to ${hostServiceAddress}:${ports.metadata}`;
}

/** Packets of connections that were let through. */
const known = ["ct state established,related accept"];

/**
 * Established connections first: that is nearly every packet. A new one passes its sender's egress rules, which go on
 * to `inbound`, and there its receiver's ingress rules. What no rule accepts is dropped.
 *
 * The rule for established ones compares bits and asks no map. When a table is replaced, the old one's chains see
 * packets for some microseconds after the elements of its maps have gone: the policy drops what they would accept.
 */
function baseChains({ subnets }: VpcSpec, { hostServiceAddress, ports }: VpcSurroundings): [string, NftChain][] {
  const ranges = subnets.map(({ cidr }) => cidr).sort();
  const served = [`tcp . ${ports.metadata}`, `tcp . ${ports.dns}`, `udp . ${ports.dns}`, `tcp . ${ports.api}`];
  return [
    [
      "forward",
      {
        hook: "type filter hook forward priority filter; policy drop;",
        rules: [
          ...known,
          "ct state invalid drop",
          `iifname "${linkDevice}" goto inbound`,
          `oifname "${linkDevice}" ip daddr 169.254.0.0/16 goto reserved`,
          "ip saddr vmap @senders",
          "ether saddr vmap @router-senders",
        ],
      },
    ],
    [
      // Reachable whatever the security groups say, as on AWS; all else fails at once instead of timing out. Load
      // balancers send to ports of the host as their security groups say, and of those the host knows which are tasks'.
      "reserved",
      {
        rules: [
          `ip daddr ${hostServiceAddress} meta l4proto . th dport { ${served.join(", ")} } accept`,
          `ip daddr ${hostServiceAddress} meta l4proto tcp ip saddr vmap @load-balancers`,
          ...refuse,
        ],
      },
    ],
    [
      "inbound",
      {
        rules: [
          `oifname "${linkDevice}" ip saddr @outward accept`,
          // Whoever asks a task that has just ended, above all a load balancer, asks another one at once.
          ...(ranges.length > 0
            ? [`ip daddr { ${ranges.join(", ")} } ip daddr != @present meta l4proto tcp reject with tcp reset`]
            : []),
          "ip daddr vmap @receivers",
          "drop",
        ],
      },
    ],
    [
      "input",
      {
        hook: "type filter hook input priority filter; policy drop;",
        rules: known,
      },
    ],
  ];
}

function natChains(vpc: VpcSpec, around: VpcSurroundings): [string, NftChain][] {
  const { hostServiceAddress, ports, linkAddress } = around;
  const resolvers = `{ ${addressAt(vpc.cidrs[0]!, 2)}, 169.254.169.253 }`;
  return [
    [
      "arriving",
      {
        hook: "type nat hook prerouting priority dstnat; policy accept;",
        rules: [
          `iifname "${linkDevice}" accept`,
          toMetadata(around),
          `ip daddr ${resolvers} udp dport 53 dnat ip to ${hostServiceAddress}:${ports.dns}`,
          `ip daddr ${resolvers} tcp dport 53 dnat ip to ${hostServiceAddress}:${ports.dns}`,
        ],
      },
    ],
    [
      "leaving",
      {
        hook: "type nat hook postrouting priority srcnat; policy accept;",
        rules: [`oifname "${linkDevice}" snat ip to ${linkAddress}`],
      },
    ],
  ];
}

/** What follows when a packet is let through in a direction. */
const verdicts = { ingress: "accept", egress: "goto inbound" } as const;

/** A network load balancer without security groups, as on AWS. Other interfaces without any are closed. */
function isUnfiltered({ isLoadBalancer, securityGroupIds }: InterfaceSpec): boolean {
  return isLoadBalancer === true && securityGroupIds.length === 0;
}

/** A chain a group and direction, and one for each combination of groups that interfaces have. */
function securityChains(vpc: VpcSpec, sets: ReadonlyMap<string, NftSet>): Map<string, NftChain> {
  const chains = new Map<string, NftChain>();
  const peers = new Set(sets.keys());
  for (const group of vpc.securityGroups) {
    chains.set(groupChain(group.groupId, "ingress"), {
      rules: groupRules(group.ingress, "ingress", peers, verdicts.ingress),
    });
    chains.set(groupChain(group.groupId, "egress"), {
      rules: groupRules(group.egress, "egress", peers, verdicts.egress),
    });
  }
  for (const one of vpc.interfaces) {
    for (const direction of ["ingress", "egress"] as const) {
      const name = partsOf(one)[direction];
      if (chains.has(name)) continue;
      if (isUnfiltered(one)) {
        chains.set(name, { rules: [verdicts[direction]] });
        continue;
      }
      const known = [...new Set(one.securityGroupIds)]
        .map((groupId) => groupChain(groupId, direction))
        .filter((chain) => chains.has(chain));
      chains.set(name, { rules: known.sort().map((chain) => `jump ${chain}`) });
    }
    if (one.isLoadBalancer) chains.set(partsOf(one).toHost, { rules: hostRules(vpc, one) });
  }
  return chains;
}

/**
 * What a load balancer may send to the machine. That has no address in the VPC and is in no security group: of a rule
 * its protocol and ports count.
 */
function hostRules({ securityGroups }: VpcSpec, one: InterfaceSpec): string[] {
  if (isUnfiltered(one)) return ["accept"];
  const { securityGroupIds } = one;
  const own = securityGroups.filter(({ groupId }) => securityGroupIds.includes(groupId));
  const egress = own.flatMap((group) => group.egress.map((rule) => ({ ...rule, peer: { cidr: "0.0.0.0/0" } })));
  return groupRules(egress, "egress", new Set(), "accept");
}

/** The addresses of the members of each group that a rule refers to. */
function memberSets(vpc: VpcSpec): Map<string, NftSet> {
  const members = new Map<string, Map<string, string>>();
  const existing = new Set(vpc.securityGroups.map(({ groupId }) => groupId));
  for (const groupId of referredGroups(vpc.securityGroups)) if (existing.has(groupId)) members.set(groupId, new Map());
  for (const { securityGroupIds, privateIpv4Address } of vpc.interfaces) {
    for (const groupId of securityGroupIds) members.get(groupId)?.set(privateIpv4Address, "");
  }
  return new Map([...members].map(([groupId, elements]) => [groupId, { type: "ipv4_addr", elements }]));
}

function groupChain(groupId: string, direction: Direction): string {
  return `${direction}-${groupId}`;
}

/** What the tables say of an interface. */
interface InterfaceParts {
  /** The chains of its combination of groups. */
  readonly ingress: string;
  readonly egress: string;
  /** The chain of what it may send to the machine; of load balancers. */
  readonly toHost: string;
  /** What it may send from: device and MAC address, and with its IPv4 address. */
  readonly ownMac: string;
  readonly ownAddress: string;
}

/** Descriptions are never changed in place; most of a VPC's stay the same objects from one to the next. */
const knownParts = new WeakMap<InterfaceSpec, InterfaceParts>();

function partsOf(one: InterfaceSpec): InterfaceParts {
  const known = knownParts.get(one);
  if (known !== undefined) return known;
  const groups = isUnfiltered(one) ? "*" : [...new Set(one.securityGroupIds)].sort().join(",");
  const combination = createHash("sha256").update(groups).digest("hex").slice(0, 16);
  const ownMac = `"${portDevice(one.networkInterfaceId)}" . ${one.macAddress}`;
  const parts = {
    ingress: `ingress-of-${combination}`,
    egress: `egress-of-${combination}`,
    toHost: `to-host-of-${combination}`,
    ownMac,
    ownAddress: `${ownMac} . ${one.privateIpv4Address}`,
  };
  knownParts.set(one, parts);
  return parts;
}

function setOf(
  type: string,
  interfaces: readonly InterfaceSpec[],
  key: (one: InterfaceSpec) => string,
  value: (one: InterfaceSpec) => string = () => "",
): NftSet {
  return { type, elements: new Map(interfaces.map((one) => [key(one), value(one)])) };
}
