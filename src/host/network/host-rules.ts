import type { Names } from "./names.ts";
import type { TaskPlace } from "./network.ts";
import type { NftChain, NftTable } from "./nft-table.ts";
import { refuse, type ServicePorts, toMetadata } from "./vpc-rules.ts";

export interface HostRulesInput {
  readonly names: Names;
  readonly hostServiceAddress: string;
  readonly linkPool: string;
  readonly ports: ServicePorts;
  /** The devices of the default routes. */
  readonly uplinks: readonly string[];
  /** Tasks without an interface. */
  readonly admitted: readonly TaskPlace[];
}

/**
 * The table on the host: what packets of VPCs may reach there, and of tasks on the engine's bridge what concerns the
 * platform. It never overrules: where another table (an engine's or a firewall's) drops, that holds as well. Its chains
 * run before the usual priority, so that other tables see nothing of VPCs that is not allowed.
 */
export function compileHostRules(input: HostRulesInput): NftTable {
  const { names, hostServiceAddress, linkPool, ports, admitted } = input;
  const links = `"${names.linkPrefix}*"`;
  const addresses = admitted.flatMap(({ address }) => address ?? []);
  const hostPorts = admitted.flatMap((place) => place.ports ?? []);
  const fromTask = `meta iifkind "bridge" ip saddr @tasks`;
  return {
    family: "inet",
    name: names.hostTable,
    sets: new Map([
      ["uplinks", { type: "ifname", elements: new Map(input.uplinks.map((device) => [`"${device}"`, ""])) }],
      ["tasks", { type: "ipv4_addr", elements: new Map(addresses.map((address) => [address, ""])) }],
      ["ports", { type: "inet_service", elements: new Map(hostPorts.map((port) => [String(port), ""])) }],
    ]),
    chains: new Map([
      [
        "input",
        {
          hook: "type filter hook input priority filter - 10; policy accept;",
          rules: [
            `iifname ${links} goto from-vpc`,
            `${fromTask} ip daddr ${hostServiceAddress} tcp dport { ${ports.metadata}, ${ports.api} } accept`,
            `iifname != "lo" ip daddr ${hostServiceAddress} drop`,
          ],
        },
      ],
      [
        // To the host itself: the platform's ports, those of tasks in its network, and answers to what the host asked.
        // A VPC's own table lets through what is not the platform's for load balancers only.
        "from-vpc",
        {
          rules: [
            "ct state established,related accept",
            `ip daddr ${hostServiceAddress} tcp dport { ${ports.metadata}, ${ports.dns}, ${ports.api} } accept`,
            `ip daddr ${hostServiceAddress} udp dport ${ports.dns} accept`,
            `ip daddr ${hostServiceAddress} tcp dport @ports accept`,
            `ip daddr ${hostServiceAddress} goto reserved`,
            "drop",
          ],
        },
      ],
      [
        "forward",
        {
          hook: "type filter hook forward priority filter - 10; policy accept;",
          rules: [
            `iifname ${links} ct original ip daddr ${hostServiceAddress} goto published`,
            `iifname ${links} goto outward`,
            `oifname ${links} goto to-vpc`,
            `${fromTask} ip daddr 169.254.0.0/16 goto reserved`,
          ],
        },
      ],
      [
        // From a load balancer, to a port that the engine leads from the host to a container. Whoever asks a task that
        // has just ended asks another one at once.
        "published",
        { rules: ["ct state established,related accept", "ip daddr @tasks accept", "goto reserved"] },
      ],
      ["reserved", { rules: refuse }],
      ...metadataChains(input, fromTask),
      [
        // To the world, but to no other VPC and to no network inside this machine (containers, virtual machines), which
        // are known by their bridges and veth pairs. A machine may itself have one of those for its uplink.
        "outward",
        {
          rules: [
            `oifname ${links} drop`,
            "oifname @uplinks accept",
            'meta oifkind { "bridge", "veth" } drop',
            "accept",
          ],
        },
      ],
      ["to-vpc", { rules: ["ct state established,related accept", "drop"] }],
      [
        "source",
        {
          hook: "type nat hook postrouting priority srcnat; policy accept;",
          rules: [`ip saddr ${linkPool} oifname != ${links} masquerade`],
        },
      ],
    ]),
  };
}

/**
 * The documented address of metadata and credentials, for tasks without an interface. Nothing tells which processes in
 * the host's network are a task's: while there is such a task, the address leads all of them to the platform.
 */
function metadataChains(input: HostRulesInput, fromTask: string): [string, NftChain][] {
  const lead = toMetadata(input);
  return [
    [
      "arriving",
      {
        hook: "type nat hook prerouting priority dstnat; policy accept;",
        rules: [`${fromTask} ${lead}`],
      },
    ],
    [
      "own",
      {
        hook: "type nat hook output priority -100; policy accept;",
        rules: input.admitted.some(({ address }) => address === undefined) ? [lead] : [],
      },
    ],
  ];
}
