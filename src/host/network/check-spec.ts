import type { HostNetworkSpec, InterfaceSpec, SecurityRuleSpec, SubnetSpec, VpcSpec } from "#kernel/agent-protocol.ts";
import { DriverError } from "#kernel/fault.ts";
import { listChanges } from "#kernel/list-changes.ts";
import { covers, inRange, overlaps, parseCidr, parseIpv4, range } from "./ipv4.ts";

const idPattern = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;
const groupIdPattern = /^sg-[A-Za-z0-9-]{1,60}$/;
const vpcIdPattern = /^vpc-[A-Za-z0-9-]{1,60}$/;
const macPattern = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

/**
 * Everything of the message that becomes part of a script is checked here, once, so that no text of it can be anything
 * but an id, an address or a number. What it costs follows the interfaces that have changed since the message before.
 */
export class SpecCheck {
  /** VPC id -> its interfaces as they were found right last. */
  #interfaces = new Map<string, CheckedInterfaces>();

  /** Throws `DriverError` (`InvalidSpec`), which names what is wrong. */
  check(spec: HostNetworkSpec): void {
    unique(spec.vpcs.map(({ vpcId }) => vpcId));
    const checked = new Map<string, CheckedInterfaces>();
    try {
      for (const vpc of spec.vpcs) checked.set(vpc.vpcId, checkVpc(vpc, this.#interfaces.get(vpc.vpcId)));
    } catch (error) {
      // Half compared: the next is checked as a whole.
      this.#interfaces = new Map();
      throw error;
    }
    this.#interfaces = checked;
  }
}

/** Interfaces that were found right: descriptions are never changed in place, and a subnet never changes its range. */
interface CheckedInterfaces {
  readonly interfaces: readonly InterfaceSpec[];
  /** Their ids, addresses and MAC addresses: one set, for these never look alike. */
  readonly values: Set<string>;
  /** Subnet id -> how many of them are in it. */
  readonly inSubnet: Map<string, number>;
}

function checkVpc(vpc: VpcSpec, before: CheckedInterfaces | undefined): CheckedInterfaces {
  require(vpcIdPattern.test(vpc.vpcId), `"${vpc.vpcId}" is no id of a VPC`);
  require(vpc.cidrs.length > 0, `${vpc.vpcId} has no range`);
  for (const cidr of vpc.cidrs) require(parseCidr(cidr), `${vpc.vpcId}: "${cidr}" is no IPv4 range`);
  unique(vpc.subnets.map(({ subnetId }) => subnetId));
  unique(vpc.securityGroups.map(({ groupId }) => groupId));
  checkSubnets(vpc);
  for (const group of vpc.securityGroups) {
    require(groupIdPattern.test(group.groupId), `"${group.groupId}" is no id of a security group`);
    for (const rule of [...group.ingress, ...group.egress]) checkRule(group.groupId, rule);
  }
  const subnets = new Map(vpc.subnets.map((subnet) => [subnet.subnetId, subnet]));
  return checkInterfaces(vpc, subnets, before ?? { interfaces: [], values: new Set(), inSubnet: new Map() });
}

function checkInterfaces(
  { interfaces }: VpcSpec,
  subnets: ReadonlyMap<string, SubnetSpec>,
  { interfaces: before, values, inSubnet }: CheckedInterfaces,
): CheckedInterfaces {
  const { removed, added } = listChanges(before, interfaces, ({ networkInterfaceId }) => networkInterfaceId);
  const count = (subnetId: string, change: 1 | -1) => inSubnet.set(subnetId, (inSubnet.get(subnetId) ?? 0) + change);
  for (const each of removed) {
    for (const value of valuesOf(each)) values.delete(value);
    count(each.subnetId, -1);
  }
  for (const each of added) {
    for (const value of valuesOf(each)) {
      require(!values.has(value), `${value} occurs twice`);
      values.add(value);
    }
    checkInterface(each, subnets);
    count(each.subnetId, 1);
  }
  for (const [subnetId, number] of inSubnet) {
    require(number === 0 || subnets.has(subnetId), `the subnet ${subnetId} of an interface is not among the VPC's`);
  }
  return { interfaces, values, inSubnet };
}

function valuesOf({ networkInterfaceId, privateIpv4Address, macAddress }: InterfaceSpec): string[] {
  return [networkInterfaceId, privateIpv4Address, macAddress];
}

function checkSubnets(vpc: VpcSpec): void {
  const ranges: { readonly subnetId: string; readonly range: ReturnType<typeof range> }[] = [];
  for (const { subnetId, cidr } of vpc.subnets) {
    require(idPattern.test(subnetId), `"${subnetId}" is no id of a subnet`);
    const parsed = parseCidr(cidr);
    require(parsed, `${subnetId}: "${cidr}" is no IPv4 range`);
    require(vpc.cidrs.some((outer) => covers(range(outer), parsed)), `${subnetId} (${cidr}) lies outside ${vpc.vpcId}`);
    const rival = ranges.find((other) => overlaps(other.range, parsed));
    require(rival === undefined, `${subnetId} (${cidr}) overlaps ${rival?.subnetId}`);
    ranges.push({ subnetId, range: parsed });
  }
  for (const { subnetId, acl } of vpc.subnets) {
    for (const rule of [...(acl?.ingress ?? []), ...(acl?.egress ?? [])]) {
      checkRule(subnetId, { ...rule, peer: { cidr: rule.cidr } });
    }
  }
}

function checkInterface(networkInterface: InterfaceSpec, subnets: ReadonlyMap<string, SubnetSpec>): void {
  const { networkInterfaceId: id, subnetId, privateIpv4Address, macAddress, securityGroupIds } = networkInterface;
  require(idPattern.test(id), `"${id}" is no id of a network interface`);
  require(macPattern.test(macAddress), `${id}: "${macAddress}" is no MAC address (six lower-case hexadecimal pairs)`);
  const address = parseIpv4(privateIpv4Address);
  require(address !== undefined, `${id}: "${privateIpv4Address}" is no IPv4 address`);
  const subnet = subnets.get(subnetId);
  require(subnet !== undefined, `${id}: the subnet ${subnetId} is not among the VPC's`);
  require(inRange(range(subnet.cidr), address), `${id}: ${privateIpv4Address} lies outside ${subnetId}`);
  for (const groupId of securityGroupIds) {
    require(groupIdPattern.test(groupId), `"${groupId}" is no id of a security group`);
  }
}

function checkRule(owner: string, { protocol, fromPort, toPort, peer }: SecurityRuleSpec): void {
  const number = /^\d{1,3}$/.test(protocol) ? Number(protocol) : undefined;
  require(["-1", "tcp", "udp", "icmp", "icmpv6"].includes(protocol) ||
    (number !== undefined && number <= 255), `${owner}: "${protocol}" is no protocol`);
  for (const port of [fromPort, toPort]) {
    require(port === undefined ||
      (Number.isInteger(port) && port >= -1 && port <= 65535), `${owner}: ${port} is no port`);
  }
  if ("cidr" in peer) require(parseCidr(peer.cidr), `${owner}: "${peer.cidr}" is no IPv4 range`);
  else require(groupIdPattern.test(peer.groupId), `${owner}: "${peer.groupId}" is no id of a security group`);
}

function unique(values: readonly string[]): void {
  const seen = new Set<string>();
  for (const value of values) {
    require(!seen.has(value), `${value} occurs twice`);
    seen.add(value);
  }
}

function require(condition: unknown, message: string): asserts condition {
  if (!condition) throw new DriverError("InvalidSpec", `The network's description is wrong: ${message}`);
}
