import type { Names } from "./names.ts";
import type { NftTable } from "./nft-table.ts";
import type { ServicePorts } from "./vpc-rules.ts";

export interface HostRulesInput {
  readonly names: Names;
  readonly hostServiceAddress: string;
  readonly linkPool: string;
  readonly ports: ServicePorts;
  /** The devices of the default routes. */
  readonly uplinks: readonly string[];
}

/**
 * The table on the host: what packets of VPCs may reach there. It only ever drops: where another table (an engine's or
 * a firewall's) drops too, that holds as well. Its chains run before the usual priority, so that other tables see
 * nothing of VPCs that is not allowed.
 */
export function compileHostRules(input: HostRulesInput): NftTable {
  const { names, hostServiceAddress, linkPool, ports } = input;
  const links = `"${names.linkPrefix}*"`;
  return {
    family: "inet",
    name: names.hostTable,
    sets: new Map([
      ["uplinks", { type: "ifname", elements: new Map(input.uplinks.map((device) => [`"${device}"`, ""])) }],
    ]),
    chains: new Map([
      [
        "input",
        {
          hook: "type filter hook input priority filter - 10; policy accept;",
          rules: [`iifname ${links} goto from-vpc`, `iifname != "lo" ip daddr ${hostServiceAddress} drop`],
        },
      ],
      [
        // To the host itself: the platform's ports, and answers to what the host asked.
        "from-vpc",
        {
          rules: [
            "ct state established,related accept",
            `ip daddr ${hostServiceAddress} tcp dport { ${ports.metadata}, ${ports.dns}, ${ports.api} } accept`,
            `ip daddr ${hostServiceAddress} udp dport ${ports.dns} accept`,
            "drop",
          ],
        },
      ],
      [
        "forward",
        {
          hook: "type filter hook forward priority filter - 10; policy accept;",
          rules: [`iifname ${links} goto outward`, `oifname ${links} goto to-vpc`],
        },
      ],
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
