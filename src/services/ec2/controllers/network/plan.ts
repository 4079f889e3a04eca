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

function groupsOf(store: Views, vpc: Vpc, groupIds: ReadonlySet<string>): SecurityGroupSpec[] {
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

/** What was made of the interfaces of each VPC last: thousands of them must not be made anew for the change of one. */
export class MadeInterfaces {
  readonly #made = new Map<string, { records: readonly Entry<NetworkInterface>[]; specs: readonly InterfaceSpec[] }>();

  of(store: Views, vpcId: string): { interfaces: readonly InterfaceSpec[]; groupIds: ReadonlySet<string> } {
    const before = this.#made.get(vpcId) ?? { records: [], specs: [] };
    const records = store.view(networkInterfaces).by("in-use", vpcId);
    const specs: InterfaceSpec[] = [];
    const groupIds = new Set<string>();
    // Both lists are in the order of the keys.
    let i = 0;
    for (const record of records) {
      while (i < before.records.length && before.records[i]!.key < record.key) i++;
      specs.push(before.records[i] === record ? before.specs[i]! : interfaceSpec(record.value));
      for (const groupId of record.value.securityGroupIds) groupIds.add(groupId);
    }
    this.#made.set(vpcId, { records, specs });
    return { interfaces: specs, groupIds };
  }

  forget(vpcId: string): void {
    this.#made.delete(vpcId);
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
