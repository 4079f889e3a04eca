import type {
  SecurityGroup as ApiSecurityGroup,
  SecurityGroupRule as ApiSecurityGroupRule,
  IpPermission,
} from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import {
  type SecurityGroup,
  type SecurityGroupRule,
  securityGroupArn,
  securityGroupKey,
  securityGroupRuleArn,
  securityGroups,
} from "../model.ts";
import type { FilterTable, FilterValue } from "../request/filters.ts";
import { toTags } from "../request/tags.ts";

export function toSecurityGroup(group: SecurityGroup): ApiSecurityGroup {
  return {
    GroupId: group.groupId,
    GroupName: group.groupName,
    Description: group.description,
    OwnerId: group.account,
    VpcId: group.vpcId,
    SecurityGroupArn: securityGroupArn(group),
    IpPermissions: toIpPermissions(group, false),
    IpPermissionsEgress: toIpPermissions(group, true),
    Tags: toTags(group.tags),
  };
}

/** The rules of one direction, those of the same protocol and ports as one permission. */
export function toIpPermissions(group: SecurityGroup, isEgress: boolean): readonly IpPermission[] {
  const rules = group.rules.filter((rule) => rule.isEgress === isEgress);
  const byPorts = Map.groupBy(rules, (rule) => [rule.ipProtocol, rule.fromPort, rule.toPort].join());
  return [...byPorts.values()].map((same) => ({
    IpProtocol: same[0]!.ipProtocol,
    ...(hasPorts(same[0]!) && { FromPort: same[0]!.fromPort, ToPort: same[0]!.toPort }),
    IpRanges: same.flatMap((rule) =>
      rule.cidrIpv4 === undefined ? [] : [{ CidrIp: rule.cidrIpv4, ...descriptionOf(rule) }],
    ),
    Ipv6Ranges: same.flatMap((rule) =>
      rule.cidrIpv6 === undefined ? [] : [{ CidrIpv6: rule.cidrIpv6, ...descriptionOf(rule) }],
    ),
    PrefixListIds: [],
    UserIdGroupPairs: same.flatMap((rule) =>
      rule.referencedGroupId === undefined
        ? []
        : [{ GroupId: rule.referencedGroupId, UserId: group.account, ...descriptionOf(rule) }],
    ),
  }));
}

function hasPorts(rule: SecurityGroupRule): boolean {
  return ["tcp", "udp", "icmp", "icmpv6"].includes(rule.ipProtocol);
}

export function descriptionOf(rule: SecurityGroupRule): { readonly Description?: string } {
  return rule.description === undefined ? {} : { Description: rule.description };
}

/** A rule with the group that it is of. */
export interface RuleOfGroup {
  readonly rule: SecurityGroupRule;
  readonly group: SecurityGroup;
}

export function toSecurityGroupRule({ rule, group }: RuleOfGroup): ApiSecurityGroupRule {
  return {
    SecurityGroupRuleId: rule.securityGroupRuleId,
    SecurityGroupRuleArn: securityGroupRuleArn(group, rule.securityGroupRuleId),
    GroupId: group.groupId,
    GroupOwnerId: group.account,
    IsEgress: rule.isEgress,
    IpProtocol: rule.ipProtocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    ...(rule.cidrIpv4 !== undefined && { CidrIpv4: rule.cidrIpv4 }),
    ...(rule.cidrIpv6 !== undefined && { CidrIpv6: rule.cidrIpv6 }),
    ...(rule.referencedGroupId !== undefined && {
      ReferencedGroupInfo: { GroupId: rule.referencedGroupId, UserId: group.account, VpcId: group.vpcId },
    }),
    ...descriptionOf(rule),
    Tags: toTags(rule.tags),
  };
}

export const securityGroupRuleFilters: FilterTable<RuleOfGroup & { readonly tags: SecurityGroupRule["tags"] }> = {
  "group-id": ({ group }) => group.groupId,
  "security-group-rule-id": ({ rule }) => rule.securityGroupRuleId,
};

type RuleValue = (rule: SecurityGroupRule, group: SecurityGroup, ctx: RequestContext) => FilterValue;

const ruleValues: Readonly<Record<string, RuleValue>> = {
  cidr: (rule) => rule.cidrIpv4,
  "from-port": (rule) => rule.fromPort,
  "group-id": (rule) => rule.referencedGroupId,
  "group-name": (rule, group, ctx) =>
    rule.referencedGroupId === undefined
      ? undefined
      : ctx.store.view(securityGroups).get(securityGroupKey(group, rule.referencedGroupId))?.value.groupName,
  "ipv6-cidr": (rule) => rule.cidrIpv6,
  "prefix-list-id": () => undefined,
  protocol: (rule) => rule.ipProtocol,
  "to-port": (rule) => rule.toPort,
  "user-id": (rule, group) => (rule.referencedGroupId === undefined ? undefined : group.account),
};

/** `ip-permission.cidr` and its like, for one direction. */
function permissionFilters(prefix: string, isEgress: boolean): FilterTable<SecurityGroup> {
  return Object.fromEntries(
    Object.entries(ruleValues).map(([name, read]) => [
      `${prefix}.${name}`,
      (group: SecurityGroup, ctx: RequestContext) =>
        group.rules.filter((rule) => rule.isEgress === isEgress).map((rule) => read(rule, group, ctx)),
    ]),
  );
}

export const securityGroupFilters: FilterTable<SecurityGroup> = {
  description: (group) => group.description,
  ...permissionFilters("egress.ip-permission", true),
  "group-id": (group) => group.groupId,
  "group-name": (group) => group.groupName,
  ...permissionFilters("ip-permission", false),
  "owner-id": (group) => group.account,
  "vpc-id": (group) => group.vpcId,
};
