import type {
  InterfaceSpec,
  SecurityGroupSpec,
  SecurityRuleSpec,
  SubnetSpec,
  VpcSpec,
} from "#kernel/agent-protocol.ts";
import type { Key, Store } from "#kernel/store.ts";
import {
  aclAssociationOf,
  egressOf,
  isInUse,
  loadBalancerRequester,
  type NetworkInterface,
  networkAclKey,
  networkAcls,
  networkInterfaces,
  type SecurityGroup,
  type SecurityGroupRule,
  type Subnet,
  securityGroupKey,
  securityGroups,
  subnets,
  type Vpc,
} from "../../model.ts";
import { aclSpec } from "./acl.ts";

type Views = Pick<Store, "view">;

/**
 * What a host must know of a VPC: its subnets, the interfaces that carry packets, and the groups that these have or
 * that rules of such groups name. Records that have not changed give the same objects again.
 */
export function vpcSpec(store: Views, vpc: Vpc, made: MadeInterfaces): VpcSpec {
  const { interfaces, groupIds } = made.of(vpc.vpcId);
  return {
    vpcId: vpc.vpcId,
    region: vpc.region,
    cidrs: [vpc.cidrBlock],
    subnets: store
      .view(subnets)
      .by("vpc", vpc.vpcId)
      .map(({ value }) => subnetSpec(store, value)),
    securityGroups: groupsOf(store, vpc, groupIds),
    interfaces,
  };
}

function subnetSpec(store: Views, subnet: Subnet): SubnetSpec {
  const { networkAclId } = aclAssociationOf(subnet);
  const acl = aclSpec(store.view(networkAcls).get(networkAclKey(subnet, networkAclId))?.value);
  const spec = { subnetId: subnet.subnetId, cidr: subnet.cidrBlock, egress: egressOf(store, subnet) };
  return acl === undefined ? spec : { ...spec, acl };
}

function groupsOf(store: Views, vpc: Vpc, groupIds: readonly string[]): SecurityGroupSpec[] {
  const view = store.view(securityGroups);
  const groups = new Map<string, SecurityGroupSpec>();
  const add = (groupId: string): SecurityGroup | undefined => {
    const group = view.get(securityGroupKey(vpc, groupId))?.value;
    if (group !== undefined) groups.set(groupId, securityGroupSpec(group));
    return group;
  };
  for (const groupId of groupIds) {
    for (const rule of add(groupId)?.rules ?? []) {
      if (rule.referencedGroupId !== undefined && !groups.has(rule.referencedGroupId)) add(rule.referencedGroupId);
    }
  }
  return [...groups.values()];
}

interface Made {
  /** In the order of their ids. */
  readonly specs: InterfaceSpec[];
  /** The list that was given out last; undefined when it is no longer true. */
  given: readonly InterfaceSpec[] | undefined;
  /** How many interfaces are in each security group. */
  readonly groups: Map<string, number>;
}

/**
 * What was made of the interfaces that carry packets, by VPC: thousands of them must not be looked at, let alone made
 * anew, for the change of one.
 */
export class MadeInterfaces {
  readonly #byVpc = new Map<string, Made>();
  /** What each was made of, by its key. */
  readonly #records = new Map<string, NetworkInterface>();

  constructor(store: Views) {
    for (const { key } of store.view(networkInterfaces).all()) this.see(store, key);
  }

  /** Takes up what has become of an interface. Returns it, or what it was, when hosts see a difference. */
  see(store: Views, key: Key<NetworkInterface>): NetworkInterface | undefined {
    const found = store.view(networkInterfaces).get(key)?.value;
    const now = found !== undefined && isInUse(found) ? found : undefined;
    const before = this.#records.get(key);
    if (now === before) return undefined;
    if (before !== undefined) this.#remove(key, before);
    if (now !== undefined) this.#add(key, now);
    return now ?? before;
  }

  of(vpcId: string): { interfaces: readonly InterfaceSpec[]; groupIds: readonly string[] } {
    const made = this.#byVpc.get(vpcId);
    if (made === undefined) return { interfaces: [], groupIds: [] };
    made.given ??= [...made.specs];
    return { interfaces: made.given, groupIds: [...made.groups.keys()].sort() };
  }

  has(vpcId: string): boolean {
    return this.#byVpc.has(vpcId);
  }

  #add(key: string, eni: NetworkInterface): void {
    this.#records.set(key, eni);
    const made = this.#byVpc.get(eni.vpcId) ?? { specs: [], given: undefined, groups: new Map() };
    this.#byVpc.set(eni.vpcId, made);
    made.specs.splice(placeOf(eni, made.specs), 0, interfaceSpec(eni));
    made.given = undefined;
    count(made.groups, eni, 1);
  }

  #remove(key: string, eni: NetworkInterface): void {
    this.#records.delete(key);
    const made = this.#byVpc.get(eni.vpcId)!;
    made.specs.splice(placeOf(eni, made.specs), 1);
    made.given = undefined;
    count(made.groups, eni, -1);
    if (made.specs.length === 0) this.#byVpc.delete(eni.vpcId);
  }
}

/** Where the interface is in the list, or would be. */
function placeOf({ networkInterfaceId }: NetworkInterface, specs: readonly InterfaceSpec[]): number {
  let [low, high] = [0, specs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (specs[middle]!.networkInterfaceId < networkInterfaceId) low = middle + 1;
    else high = middle;
  }
  return low;
}

function count(groups: Map<string, number>, { securityGroupIds }: NetworkInterface, by: 1 | -1): void {
  for (const groupId of securityGroupIds) {
    const members = (groups.get(groupId) ?? 0) + by;
    if (members === 0) groups.delete(groupId);
    else groups.set(groupId, members);
  }
}

function interfaceSpec(eni: NetworkInterface): InterfaceSpec {
  return {
    networkInterfaceId: eni.networkInterfaceId,
    subnetId: eni.subnetId,
    privateIpv4Address: eni.privateIpAddress,
    macAddress: eni.macAddress,
    securityGroupIds: eni.securityGroupIds,
    hasPublicIp: eni.association !== undefined,
    sourceDestCheck: eni.sourceDestCheck,
    ...(eni.requesterId === loadBalancerRequester && { isLoadBalancer: true }),
  };
}

/** Records are never changed in place, so what was made of one stays right. */
const securityGroupSpecs = new WeakMap<SecurityGroup, SecurityGroupSpec>();

function securityGroupSpec(group: SecurityGroup): SecurityGroupSpec {
  const known = securityGroupSpecs.get(group);
  if (known !== undefined) return known;
  const made = {
    groupId: group.groupId,
    ingress: group.rules.filter((rule) => !rule.isEgress).flatMap(ruleSpec),
    egress: group.rules.filter((rule) => rule.isEgress).flatMap(ruleSpec),
  };
  securityGroupSpecs.set(group, made);
  return made;
}

/** None for a rule of IPv6. */
function ruleSpec(rule: SecurityGroupRule): SecurityRuleSpec[] {
  if (rule.cidrIpv6 !== undefined) return [];
  const peer = rule.cidrIpv4 === undefined ? { groupId: rule.referencedGroupId! } : { cidr: rule.cidrIpv4 };
  return [{ protocol: rule.ipProtocol, fromPort: rule.fromPort, toPort: rule.toPort, peer }];
}
