import type {
  HostNetworkSpec,
  InterfaceSpec,
  SecurityGroupSpec,
  SecurityRuleSpec,
  SubnetSpec,
  VpcSpec,
} from "#kernel/agent-protocol.ts";
import type { Store } from "#kernel/store.ts";
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
export function networkSpec(store: Views): HostNetworkSpec {
  const used = [...store.view(vpcs).all()].filter(({ value }) => isInUse(store, value.vpcId));
  return { vpcs: used.map(({ value }) => vpcSpec(store, value)) };
}

export function isInUse(store: Views, vpcId: string): boolean {
  return store.view(networkInterfaces).count("in-use", vpcId) > 0;
}

/**
 * What a host must know of a VPC: its subnets, the interfaces that carry packets, and the groups that these have or
 * that rules of such groups name. Records that have not changed give the same objects again.
 */
export function vpcSpec(store: Views, vpc: Vpc): VpcSpec {
  const interfaces: InterfaceSpec[] = [];
  const groupIds = new Set<string>();
  for (const { value } of store.view(networkInterfaces).by("in-use", vpc.vpcId)) {
    interfaces.push(interfaceSpec(value));
    for (const groupId of value.securityGroupIds) groupIds.add(groupId);
  }
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

const interfaceSpecs = new WeakMap<NetworkInterface, InterfaceSpec>();

function interfaceSpec(eni: NetworkInterface): InterfaceSpec {
  return remembered(interfaceSpecs, eni, () => ({
    networkInterfaceId: eni.networkInterfaceId,
    subnetId: eni.subnetId,
    privateIpv4Address: eni.privateIpAddress,
    macAddress: eni.macAddress,
    securityGroupIds: eni.securityGroupIds,
    hasPublicIp: eni.association !== undefined,
    sourceDestCheck: eni.sourceDestCheck,
  }));
}

const securityGroupSpecs = new WeakMap<SecurityGroup, SecurityGroupSpec>();

function securityGroupSpec(group: SecurityGroup): SecurityGroupSpec {
  return remembered(securityGroupSpecs, group, () => ({
    groupId: group.groupId,
    ingress: group.rules.filter((rule) => !rule.isEgress).map(ruleSpec),
    egress: group.rules.filter((rule) => rule.isEgress).map(ruleSpec),
  }));
}

function ruleSpec(rule: SecurityGroupRule): SecurityRuleSpec {
  const peer = rule.cidrIpv4 === undefined ? { groupId: rule.referencedGroupId! } : { cidr: rule.cidrIpv4 };
  return { protocol: rule.ipProtocol, fromPort: rule.fromPort, toPort: rule.toPort, peer };
}

/** Records are never changed in place, so what was made of one stays right. */
function remembered<K extends object, V>(known: WeakMap<K, V>, record: K, make: () => V): V {
  const found = known.get(record);
  if (found !== undefined) return found;
  const made = make();
  known.set(record, made);
  return made;
}
