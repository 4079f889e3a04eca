import type {
  HostNetworkSpec,
  InterfaceSpec,
  SecurityGroupSpec,
  SecurityRuleSpec,
  SubnetSpec,
  VpcSpec,
} from "#kernel/agent-protocol.ts";
import type { Entry, Store } from "#kernel/store.ts";
import {
  egressOf,
  type NetworkInterface,
  networkInterfaces,
  type SecurityGroup,
  type SecurityGroupRule,
  type Subnet,
  securityGroupKey,
  securityGroups,
  subnets,
  type Vpc,
  vpcs,
} from "../../model.ts";

type Views = Pick<Store, "view">;

/** The VPCs of all accounts and regions that tasks have interfaces in. */
export function networkSpec(store: Views, made: MadeInterfaces): HostNetworkSpec {
  const used = [...store.view(vpcs).all()].filter(({ value }) => isInUse(store, value.vpcId));
  return { vpcs: used.map(({ value }) => vpcSpec(store, value, made)) };
}

export function isInUse(store: Views, vpcId: string): boolean {
  return store.view(networkInterfaces).count("in-use", vpcId) > 0;
}

/**
 * What a host must know of a VPC: its subnets, the interfaces that carry packets, and the groups that these have or
 * that rules of such groups name. Records that have not changed give the same objects again.
 */
export function vpcSpec(store: Views, vpc: Vpc, made: MadeInterfaces): VpcSpec {
  const { interfaces, groupIds } = made.of(store, vpc.vpcId);
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
  return { subnetId: subnet.subnetId, cidr: subnet.cidrBlock, egress: egressOf(store, subnet) };
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
  /** In the order of their keys, and what was made of each. */
  readonly records: readonly Entry<NetworkInterface>[];
  readonly specs: readonly InterfaceSpec[];
  /** How many interfaces are in each security group. */
  readonly groups: Map<string, number>;
}

/**
 * What was made of the interfaces of each VPC last: thousands of them must not be made anew for the change of one. To
 * look into each would cost as much, for most lie in no cache: those that are the same records are passed over.
 */
export class MadeInterfaces {
  readonly #made = new Map<string, Made>();

  of(store: Views, vpcId: string): { interfaces: readonly InterfaceSpec[]; groupIds: readonly string[] } {
    const before = this.#made.get(vpcId) ?? { records: [], specs: [], groups: new Map() };
    const records = store.view(networkInterfaces).by("in-use", vpcId);
    const specs: InterfaceSpec[] = [];
    const { groups } = before;
    let i = 0;
    for (const record of records) {
      for (let old = before.records[i]; old && old !== record && old.key <= record.key; old = before.records[++i]) {
        count(groups, old, -1);
      }
      if (before.records[i] === record) specs.push(before.specs[i++]!);
      else {
        specs.push(interfaceSpec(record.value));
        count(groups, record, 1);
      }
    }
    for (const gone of before.records.slice(i)) count(groups, gone, -1);
    this.#made.set(vpcId, { records, specs, groups });
    return { interfaces: specs, groupIds: [...groups.keys()].sort() };
  }

  forget(vpcId: string): void {
    this.#made.delete(vpcId);
  }
}

function count(groups: Map<string, number>, { value }: Entry<NetworkInterface>, by: 1 | -1): void {
  for (const groupId of value.securityGroupIds) {
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
  };
}

/** Records are never changed in place, so what was made of one stays right. */
const securityGroupSpecs = new WeakMap<SecurityGroup, SecurityGroupSpec>();

function securityGroupSpec(group: SecurityGroup): SecurityGroupSpec {
  const known = securityGroupSpecs.get(group);
  if (known !== undefined) return known;
  const made = {
    groupId: group.groupId,
    ingress: group.rules.filter((rule) => !rule.isEgress).map(ruleSpec),
    egress: group.rules.filter((rule) => rule.isEgress).map(ruleSpec),
  };
  securityGroupSpecs.set(group, made);
  return made;
}

function ruleSpec(rule: SecurityGroupRule): SecurityRuleSpec {
  const peer = rule.cidrIpv4 === undefined ? { groupId: rule.referencedGroupId! } : { cidr: rule.cidrIpv4 };
  return { protocol: rule.ipProtocol, fromPort: rule.fromPort, toPort: rule.toPort, peer };
}
