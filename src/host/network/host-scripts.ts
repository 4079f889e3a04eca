import type { Names } from "./names.ts";
import { ipBatch } from "./scripts.ts";

/**
 * Makes what all VPCs share on the host: the bridge without ports that carries the service address (an address of the
 * host that answers on links only), forwarding, and passage through the chains of iptables. May be run again.
 */
export function prepareHost(names: Names, hostServiceAddress: string): string {
  return [
    `ip link show dev ${names.serviceBridge} >/dev/null 2>&1 || ip link add ${names.serviceBridge} type bridge`,
    ipBatch([
      `address replace ${hostServiceAddress}/32 dev ${names.serviceBridge}`,
      `link set dev ${names.serviceBridge} addrgenmode none up`,
    ]),
    "[ $(cat /proc/sys/net/ipv4/ip_forward) = 1 ] || echo 1 > /proc/sys/net/ipv4/ip_forward",
    passIptables(iptablesRules(names, hostServiceAddress)),
  ].join("\n");
}

/**
 * Container engines and firewalls made of iptables drop what they do not know, by the policy of FORWARD or INPUT. An
 * acceptance in another table cannot overrule that, so packets of links and to the service address are let through
 * there; what they may do is decided by the platform's own table, which every packet passes as well.
 */
function passIptables(all: readonly string[]): string {
  const rules = all.map(
    (rule) => `iptables -w -C ${rule} 2>/dev/null || iptables -w -I ${rule} 2>/dev/null || echo "iptables: ${rule}"`,
  );
  return `if command -v iptables >/dev/null; then\n${rules.join("\n")}\nfi`;
}

/** Removes what `prepareHost` made. Forwarding stays on: others may have come to rely on it. */
export function clearHost(names: Names, hostServiceAddress: string): string {
  const rules = iptablesRules(names, hostServiceAddress).map(
    (rule) => `while iptables -w -D ${rule} 2>/dev/null; do :; done`,
  );
  return [
    `if command -v iptables >/dev/null; then\n${rules.join("\n")}\nfi`,
    `! ip link show dev ${names.serviceBridge} >/dev/null 2>&1 || ip link del dev ${names.serviceBridge}`,
    `nft -f - <<'END'\nadd table inet ${names.hostTable}\ndelete table inet ${names.hostTable}\nEND`,
  ].join("\n");
}

function iptablesRules(names: Names, hostServiceAddress: string): string[] {
  const links = `${names.linkPrefix}+`;
  return [
    `INPUT -i ${links} -j ACCEPT`,
    `INPUT -d ${hostServiceAddress}/32 -j ACCEPT`,
    `FORWARD -i ${links} -j ACCEPT`,
    `FORWARD -o ${links} -j ACCEPT`,
  ];
}
