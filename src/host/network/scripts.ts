import type { InterfaceSpec, SubnetSpec, VpcSpec } from "#kernel/agent-protocol.ts";
import { DriverError } from "#kernel/fault.ts";
import { addressAt, lastAddress, range } from "./ipv4.ts";
import { bridgeDevice, gatewayMac, linkDevice, portDevice } from "./names.ts";

/** The two ends of a VPC's link. */
export interface LinkAddresses {
  readonly host: string;
  readonly vpc: string;
}

export interface VpcPlace {
  readonly vpcId: string;
  readonly namespace: string;
  /** The host end's device. */
  readonly link: string;
  readonly addresses: LinkAddresses;
}

/** The status with which an attach ends whose sandbox is gone. */
export const sandboxGoneStatus = 41;

/** Lines for one run of `ip -batch`, on the host or in a network namespace. */
export function ipBatch(lines: readonly string[], namespace?: string): string {
  if (lines.length === 0) return "";
  return `ip ${namespace === undefined ? "" : `-n ${namespace} `}-batch - <<'END'\n${lines.join("\n")}\nEND\n`;
}

/** One nft transaction, on the host or in a network namespace. */
export function nftTransaction(commands: string, namespace?: string): string {
  if (commands === "") return "";
  const enter = namespace === undefined ? "" : `nsenter --net=/run/netns/${namespace} `;
  return `${enter}nft -f - <<'END'\n${commands}END\n`;
}

/** The same in a sandbox, which may have ended. */
export function sandboxTransaction(commands: string, pid: number): string {
  return `${whileItIs(pid)}\nnsenter -t ${pid} -n nft -f - <<'END'\n${commands}END\n`;
}

export function checkedPid(pid: number): number {
  if (Number.isInteger(pid) && pid > 0) return pid;
  throw new DriverError("InvalidSpec", `${pid} is no process id`);
}

function whileItIs(pid: number): string {
  return `[ -e /proc/${pid}/ns/net ] || exit ${sandboxGoneStatus}`;
}

/**
 * Makes the namespace of a VPC and its link. Routers of AWS answer no redirects; what is bridged is not filtered twice;
 * there is no IPv6. The link comes up only with `connectVpc`, when the rules are in force.
 */
export function createVpc(place: VpcPlace): string {
  const { namespace } = place;
  return [
    `ip netns add ${namespace}`,
    `nsenter --net=/run/netns/${namespace} sh -e -c '${namespaceSettings}'`,
    addLink(place),
  ].join("\n");
}

function addLink({ namespace, link }: VpcPlace): string {
  return ipBatch([`link add ${link} mtu 1500 type veth peer name ${linkDevice} netns ${namespace}`]);
}

/** Makes the link again where it is missing, and gives it what somebody may have taken from it. */
export function mendLink(place: VpcPlace, vpc: VpcSpec): string {
  const make = `if ! ip link show dev ${place.link} >/dev/null 2>&1; then\n${addLink(place)}fi\n`;
  return make + connectVpc(place, vpc);
}

const namespaceSettings = [
  "cd /proc/sys/net",
  "for i in all default; do echo 0 > ipv4/conf/$i/send_redirects; echo 0 > ipv4/conf/$i/accept_redirects; done",
  "echo 1 > ipv4/ip_forward",
  "for i in bridge/bridge-nf-call-*tables; do [ ! -e $i ] || echo 0 > $i; done",
  "[ ! -e ipv6 ] || for i in all default; do echo 1 > ipv6/conf/$i/disable_ipv6; done",
].join("; ");

/** Addresses and routes of the link and the VPC's ranges; may be run again at any time. */
export function connectVpc(place: VpcPlace, vpc: VpcSpec): string {
  const { namespace, link, addresses } = place;
  return (
    ipBatch(
      [
        "link set dev lo up",
        `address replace ${addresses.vpc}/31 dev ${linkDevice}`,
        `link set dev ${linkDevice} up`,
        ...vpc.cidrs.map((cidr) => `route replace ${noSubnet(cidr)}`),
      ],
      namespace,
    ) +
    ipBatch([
      `address replace ${addresses.host}/31 dev ${link}`,
      // The alias says whose link it is, and that all before it has been done.
      `link set dev ${link} alias ${place.vpcId} addrgenmode none up`,
    ]) +
    ipBatch([`route replace default via ${addresses.host} dev ${linkDevice}`], namespace)
  );
}

/** The route of what is in a VPC's range and in no subnet. By its metric it yields to a subnet that is the range. */
export function noSubnet(cidr: string): string {
  return `blackhole ${cidr} metric 1000`;
}

/** The namespace's end takes every port with it. The link is removed first: a namespace's end is not awaited. */
export function removeVpc(namespace: string, link: string | undefined): string {
  const removeLink = link === undefined ? "" : `ip link del dev ${link}\n`;
  return `${removeLink}ip netns del ${namespace}\n`;
}

/** The bridge of a subnet with the gateway's address; may be run again. */
export function createSubnet(subnet: SubnetSpec): string[] {
  const device = bridgeDevice(subnet.subnetId);
  const gateway = `${addressAt(subnet.cidr, 1)}/${range(subnet.cidr).prefixLength}`;
  return [
    `link add ${device} mtu 1500 address ${gatewayMac(subnet.subnetId)} type bridge mcast_snooping 0`,
    `address replace ${gateway} brd ${lastAddress(subnet.cidr)} dev ${device}`,
    `link set dev ${device} alias ${subnet.subnetId} up`,
  ];
}

/**
 * Plugs a sandbox in. The interface is made complete inside the sandbox first; then the port comes up and gets its
 * alias, by which a port without one is known as half made. Neighbours and the forwarding entry are fixed: nobody can
 * take over an address by talking first, and nothing is ever flooded.
 */
export function attachInterface(one: InterfaceSpec, subnet: SubnetSpec, namespace: string, pid: number): string {
  const port = portDevice(one.networkInterfaceId);
  const bridge = bridgeDevice(subnet.subnetId);
  const gateway = addressAt(subnet.cidr, 1);
  const prefix = range(subnet.cidr).prefixLength;
  const inSandbox = [
    `link add eth0 mtu 1500 address ${one.macAddress} type veth peer name ${port} mtu 1500 netns ${namespace}`,
    "link set dev lo up",
    "link set dev eth0 addrgenmode none",
    `address add ${one.privateIpv4Address}/${prefix} brd ${lastAddress(subnet.cidr)} dev eth0 noprefixroute`,
    "link set dev eth0 up",
    `neighbour replace ${gateway} lladdr ${gatewayMac(subnet.subnetId)} dev eth0 nud permanent`,
    `route add ${gateway} dev eth0 scope link src ${one.privateIpv4Address}`,
    `route add default via ${gateway} dev eth0 src ${one.privateIpv4Address}`,
  ];
  const inVpc = [
    `link set dev ${port} master ${bridge} addrgenmode none`,
    `link set dev ${port} type bridge_slave isolated on learning off flood off mcast_flood off`,
    `neighbour replace ${one.privateIpv4Address} lladdr ${one.macAddress} dev ${bridge} nud permanent`,
    `link set dev ${port} alias ${one.networkInterfaceId} up`,
  ];
  return [
    whileItIs(pid),
    `nsenter -t ${pid} -n ${ipBatch(inSandbox)}`,
    ipBatch(inVpc, namespace),
    forwardTo([one], namespace),
  ].join("\n");
}

/** The entries by which a bridge knows where its ports' addresses are. A crash can come just before: see `planVpc`. */
export function forwardTo(interfaces: readonly InterfaceSpec[], namespace: string): string {
  if (interfaces.length === 0) return "";
  const lines = interfaces.map(
    (one) => `fdb replace ${one.macAddress} dev ${portDevice(one.networkInterfaceId)} master static`,
  );
  return `bridge -n ${namespace} -batch - <<'END'\n${lines.join("\n")}\nEND\n`;
}

/**
 * Unplugs it; what is not there is no error. Its connections are forgotten too, where the tool for it is there, so that
 * none outlives its address; nobody waits for that.
 */
export function detachInterface(device: string, namespace: string, address?: string, bridge?: string): string {
  const lines = [`link del dev ${device}`];
  if (address !== undefined) lines.push(`neighbour del ${address} dev ${bridge}`);
  const isGone = `! ip -n ${namespace} link show dev ${device} >/dev/null 2>&1`;
  const batch = `ip -n ${namespace} -force -batch - >/dev/null 2>&1`;
  const remove = `${batch} <<'END' || ${isGone}\n${lines.join("\n")}\nEND\n`;
  if (address === undefined) return remove;
  const enter = `nsenter --net=/run/netns/${namespace}`;
  const forget = ["-s", "-d"].map((side) => `${enter} conntrack -D ${side} ${address} || :`).join("; ");
  return `${remove}(! command -v conntrack || { ${forget}; }) </dev/null >/dev/null 2>&1 &\n`;
}
