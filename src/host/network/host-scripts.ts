import { parseIpv4 } from "./ipv4.ts";
import type { Names } from "./names.ts";
import { ipBatch } from "./scripts.ts";
import { metadataAddress } from "./vpc-rules.ts";

/**
 * Makes what all VPCs share on the host: the bridge without ports that carries the service address (an address of the
 * host that answers on links only), forwarding, and passage through the chains of iptables. May be run again.
 *
 * The documented address of metadata needs a route: without any, a host that has no default route refuses what tasks in
 * its network send there before the rules can lead it here. Each platform has its own, told apart by the metric.
 */
export function prepareHost(names: Names, hostServiceAddress: string): string {
  const rules = iptablesRules(names, hostServiceAddress);
  return [
    `ip link show dev ${names.serviceBridge} >/dev/null 2>&1 || ip link add ${names.serviceBridge} type bridge`,
    ipBatch([
      `address replace ${hostServiceAddress}/32 dev ${names.serviceBridge}`,
      `link set dev ${names.serviceBridge} addrgenmode none up`,
      `route replace ${metadataAddress}/32 dev ${names.serviceBridge} metric ${parseIpv4(hostServiceAddress)}`,
    ]),
    dropOtherAddresses(names, hostServiceAddress),
    "[ $(cat /proc/sys/net/ipv4/ip_forward) = 1 ] || echo 1 > /proc/sys/net/ipv4/ip_forward",
    withIptables([dropRules(names, rules), ...rules.map(passRule)]),
  ].join("\n");
}

/** An earlier run of the platform may have had another service address. */
function dropOtherAddresses({ serviceBridge }: Names, hostServiceAddress: string): string {
  return [
    `ip -o -4 address show dev ${serviceBridge} | while read -r _ _ _ address _; do`,
    `  [ "$address" = ${hostServiceAddress}/32 ] || ip address del "$address" dev ${serviceBridge}`,
    "done",
  ].join("\n");
}

/**
 * Container engines and firewalls made of iptables drop what they do not know, by the policy of FORWARD or INPUT. An
 * acceptance in another table cannot overrule that, so packets of links and to the service address are let through
 * there; what they may do is decided by the platform's own table, which every packet passes as well.
 */
function passRule(rule: string): string {
  return `iptables -w -C ${rule} 2>/dev/null || iptables -w -I ${rule} 2>/dev/null || echo "iptables: ${rule}"`;
}

/** Drops the platform's own rules, but for these. */
function dropRules(names: Names, wanted: readonly string[] = []): string {
  return [
    `iptables -w -S | sed -n 's/^-A \\(.* ${ownComment(names)} .*\\)$/\\1/p' | while read -r rule; do`,
    `  case "$rule" in ${[...wanted, "''"].map((rule) => rule.replaceAll(" ", "\\ ")).join("|")}) ;;`,
    '  *) iptables -w -D $rule 2>/dev/null || echo "iptables: -D $rule" ;; esac',
    "done",
  ].join("\n");
}

function withIptables(commands: readonly string[]): string {
  return `if command -v iptables >/dev/null; then\n${commands.join("\n")}\nfi`;
}

/** Removes what `prepareHost` made. Forwarding stays on: others may have come to rely on it. */
export function clearHost(names: Names): string {
  return [
    withIptables([dropRules(names)]),
    `! ip link show dev ${names.serviceBridge} >/dev/null 2>&1 || ip link del dev ${names.serviceBridge}`,
    `nft -f - <<'END'\nadd table inet ${names.hostTable}\ndelete table inet ${names.hostTable}\nEND`,
  ].join("\n");
}

/** In the order in which iptables lists the parts of a rule. */
function iptablesRules(names: Names, hostServiceAddress: string): string[] {
  const [links, end] = [`${names.linkPrefix}+`, `-m comment ${ownComment(names)} -j ACCEPT`];
  return [
    `INPUT -i ${links} ${end}`,
    `INPUT -d ${hostServiceAddress}/32 ${end}`,
    `FORWARD -i ${links} ${end}`,
    `FORWARD -o ${links} ${end}`,
  ];
}

/** By which the platform knows its rules, whatever its service address was when it made them. */
function ownComment({ serviceBridge }: Names): string {
  return `--comment ${serviceBridge}`;
}
