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
  const passed = passedPackets(names, hostServiceAddress);
  return [
    `ip link show dev ${names.serviceBridge} >/dev/null 2>&1 || ip link add ${names.serviceBridge} type bridge`,
    ipBatch([
      `address replace ${hostServiceAddress}/32 dev ${names.serviceBridge}`,
      `link set dev ${names.serviceBridge} addrgenmode none up`,
      `route replace ${metadataAddress}/32 dev ${names.serviceBridge} metric ${parseIpv4(hostServiceAddress)}`,
    ]),
    dropOtherAddresses(names, hostServiceAddress),
    "[ $(cat /proc/sys/net/ipv4/ip_forward) = 1 ] || echo 1 > /proc/sys/net/ipv4/ip_forward",
    withIptables([
      dropRules(
        names,
        passed.map((packets) => ownRule(packets, names)),
      ),
      ...passed.map((packets) => passRule(packets, names)),
    ]),
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
 * there; what they may do is decided by the platform's own table, which every packet passes as well. Small kernels have
 * no comments.
 */
function passRule(packets: string, names: Names): string {
  const insert = [ownRule(packets, names), plainRule(packets)].map(
    (rule) => `iptables -w -C ${rule} 2>/dev/null || iptables -w -I ${rule} 2>/dev/null`,
  );
  return `${insert.join(" || ")} || echo "iptables: ${packets}"`;
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
export function clearHost(names: Names, hostServiceAddress: string): string {
  const plain = passedPackets(names, hostServiceAddress).map(
    (packets) => `while iptables -w -D ${plainRule(packets)} 2>/dev/null; do :; done`,
  );
  return [
    withIptables([dropRules(names), ...plain]),
    `! ip link show dev ${names.serviceBridge} >/dev/null 2>&1 || ip link del dev ${names.serviceBridge}`,
    `nft -f - <<'END'\nadd table inet ${names.hostTable}\ndelete table inet ${names.hostTable}\nEND`,
  ].join("\n");
}

function passedPackets(names: Names, hostServiceAddress: string): string[] {
  const links = `${names.linkPrefix}+`;
  return [`INPUT -i ${links}`, `INPUT -d ${hostServiceAddress}/32`, `FORWARD -i ${links}`, `FORWARD -o ${links}`];
}

/** In the order in which iptables lists the parts of a rule. */
function ownRule(packets: string, names: Names): string {
  return `${packets} -m comment ${ownComment(names)} -j ACCEPT`;
}

function plainRule(packets: string): string {
  return `${packets} -j ACCEPT`;
}

/** By which the platform knows its rules, whatever its service address was when it made them. */
function ownComment({ serviceBridge }: Names): string {
  return `--comment ${serviceBridge}`;
}
