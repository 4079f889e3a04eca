import type { Collection, Key } from "#kernel/store.ts";
import { keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { arnOf, type Resource, type Tag } from "./common.ts";

/** A security group with its rules: one record, so that a group's rules change as one. */
export interface SecurityGroup extends Resource {
  readonly groupId: string;
  readonly groupName: string;
  readonly description: string;
  readonly vpcId: string;
  readonly rules: readonly SecurityGroupRule[];
}

/**
 * One peer and one range of ports. Exactly one of `cidrIpv4`, `cidrIpv6` and `referencedGroupId` is set. A rule for
 * IPv6 has no packets to decide about: VPCs carry IPv4 alone.
 */
export interface SecurityGroupRule {
  readonly securityGroupRuleId: string;
  readonly isEgress: boolean;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `-1` (all), or another protocol's number. */
  readonly ipProtocol: string;
  /** First port, or ICMP type; -1: all. */
  readonly fromPort: number;
  /** Last port, or ICMP code; -1: all. */
  readonly toPort: number;
  readonly cidrIpv4?: string;
  readonly cidrIpv6?: string;
  readonly referencedGroupId?: string;
  readonly description?: string;
  readonly tags: readonly Tag[];
}

export const securityGroups: Collection<SecurityGroup, "region" | "vpc" | "name" | "rule" | "peer"> = {
  name: "ec2/security-group",
  indexes: {
    region: worldOf,
    vpc: (group) => group.vpcId,
    name: (group) => securityGroupNameIndex(group.vpcId, group.groupName),
    rule: (group) => group.rules.map((rule) => rule.securityGroupRuleId),
    /** The other groups that rules of the group name. */
    peer: (group) => [
      ...new Set(group.rules.flatMap((rule) => rule.referencedGroupId ?? []).filter((id) => id !== group.groupId)),
    ],
  },
};

/** The value of the index `name`: names are unique in a VPC. */
export function securityGroupNameIndex(vpcId: string, groupName: string): string {
  return `${vpcId}/${groupName}`;
}

export function securityGroupKey(world: World, groupId: string): Key<SecurityGroup> {
  return keyOf(securityGroups, world.account, world.region, groupId);
}

/** Holds a group's name in its VPC: the fence that keeps two groups from getting one name at the same moment. */
export interface SecurityGroupName {
  readonly groupId: string;
}

export const securityGroupNames: Collection<SecurityGroupName> = { name: "ec2/security-group-name" };

export function securityGroupNameKey(vpcId: string, groupName: string): Key<SecurityGroupName> {
  return keyOf(securityGroupNames, vpcId, groupName);
}

export function securityGroupArn(group: SecurityGroup): string {
  return arnOf(group, "security-group", group.groupId);
}

export function securityGroupRuleArn(world: World, securityGroupRuleId: string): string {
  return arnOf(world, "security-group-rule", securityGroupRuleId);
}

/** The rule that a new group has: everything may go out. */
export function allowAllEgress(securityGroupRuleId: string): SecurityGroupRule {
  return {
    securityGroupRuleId,
    isEgress: true,
    ipProtocol: "-1",
    fromPort: -1,
    toPort: -1,
    cidrIpv4: "0.0.0.0/0",
    tags: [],
  };
}
