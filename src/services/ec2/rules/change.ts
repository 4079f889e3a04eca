import type { IpPermission, RevokedSecurityGroupRule, RevokeSecurityGroupIngressResult } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { hex } from "#kernel/random.ts";
import type { Entry } from "#kernel/store.ts";
import { idOf, type SecurityGroup, type SecurityGroupRule, securityGroups, type Tag } from "../model.ts";
import { checkQuota } from "../request/quotas.ts";
import { descriptionOf, toIpPermissions } from "../shapes/security-group.ts";
import { defaultVpcOf } from "./groups.ts";
import { type Drafts, describeRule, draftsOf, identityOf, type PermissionInput, permissionsOf } from "./permissions.ts";

/** Adds what the request asks for to one direction of the group, in one commit. Returns the new rules. */
export async function addRules(
  ctx: RequestContext,
  group: Entry<SecurityGroup>,
  isEgress: boolean,
  { drafts, peers }: Drafts,
  tags: readonly Tag[],
): Promise<readonly SecurityGroupRule[]> {
  const added = drafts.map((draft) => ({
    securityGroupRuleId: idOf("sgr", hex(ctx.random, 32)),
    isEgress,
    ...draft,
    tags,
  }));
  const rules = [...group.value.rules, ...added];
  refuseDuplicates(ctx, group.value.rules, added);
  checkQuota(ctx, "securityGroupRules", rules.filter((rule) => rule.isEgress === isEgress).length);
  await putRules(ctx, group, rules, peers);
  return added;
}

/** Writes the group with these rules, provided that it and the groups that the rules name are as they were read. */
export async function putRules(
  ctx: RequestContext,
  group: Entry<SecurityGroup>,
  rules: readonly SecurityGroupRule[],
  peers: readonly Entry<SecurityGroup>[] = [],
): Promise<void> {
  const value: SecurityGroup = { ...group.value, rules };
  await ctx.store.commit({ unchanged: [group, ...peers], put: [{ key: group.key, value }] });
}

/** Throws when a rule in one direction is there already. */
export function refuseDuplicates(
  ctx: RequestContext,
  existing: readonly SecurityGroupRule[],
  added: readonly SecurityGroupRule[],
): void {
  const directed = (rule: SecurityGroupRule) => `${rule.isEgress} ${identityOf(rule)}`;
  const seen = new Set(existing.map(directed));
  for (const rule of added) {
    if (seen.has(directed(rule))) {
      const message = `the specified rule "${describeRule(rule)}" already exists`;
      throw ctx.fault("InvalidPermission.Duplicate", message);
    }
  }
}

/** The group's rule with this id. */
export function findRule(ctx: RequestContext, group: SecurityGroup, securityGroupRuleId: string): SecurityGroupRule {
  const rule = group.rules.find((candidate) => candidate.securityGroupRuleId === securityGroupRuleId);
  if (rule !== undefined) return rule;
  throw ruleNotFound(ctx, securityGroupRuleId);
}

function ruleNotFound(ctx: RequestContext, securityGroupRuleId: string) {
  const message = `The security group rule ID '${securityGroupRuleId}' does not exist`;
  return ctx.fault("InvalidSecurityGroupRuleId.NotFound", message);
}

/** The rules of one direction that a request means, by their ids or by what they allow. */
export async function meantRules(
  ctx: RequestContext,
  group: Entry<SecurityGroup>,
  isEgress: boolean,
  input: MeantInput,
): Promise<readonly SecurityGroupRule[]> {
  const { rules, unknown } = await matchRules(ctx, group, isEgress, input);
  if (unknown.length > 0) throw notFound(ctx);
  return rules;
}

type MeantInput = PermissionInput & { readonly SecurityGroupRuleIds?: readonly string[] };

interface Matched {
  readonly rules: readonly SecurityGroupRule[];
  /** What no rule of the group allows. */
  readonly unknown: readonly IpPermission[];
}

async function matchRules(
  ctx: RequestContext,
  group: Entry<SecurityGroup>,
  isEgress: boolean,
  input: MeantInput,
): Promise<Matched> {
  const { SecurityGroupRuleIds: ids = [] } = input;
  const permissions = permissionsOf(input);
  if (ids.length > 0 && permissions.length > 0) {
    const message = "Only one of 'ipPermissions' or 'securityGroupRuleIds' can be provided.";
    throw ctx.fault("InvalidParameterCombination", message);
  }
  if (ids.length > 0) {
    const rules = ids.map((id) => findRule(ctx, group.value, id));
    if (rules.some((rule) => rule.isEgress !== isEgress)) throw notFound(ctx);
    return { rules, unknown: [] };
  }
  if (permissions.length === 0) {
    const message = "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.";
    throw ctx.fault("MissingParameter", message);
  }
  // Rules for other peers cannot exist here.
  const isForOthers = (p: IpPermission) => (p.PrefixListIds ?? []).length > 0;
  const { drafts } = await draftsOf(
    ctx,
    group,
    permissions.filter((permission) => !isForOthers(permission)),
  );
  const found = drafts.map((draft) => {
    const wanted = identityOf(draft);
    const rule = group.value.rules.find((other) => other.isEgress === isEgress && identityOf(other) === wanted);
    return { draft, rule };
  });
  const unmatched = found.filter(({ rule }) => rule === undefined);
  const asRules = unmatched.map(({ draft }) => ({ ...draft, isEgress, securityGroupRuleId: "", tags: [] }));
  return {
    rules: found.flatMap(({ rule }) => rule ?? []),
    unknown: [...toIpPermissions({ ...group.value, rules: asRules }, isEgress), ...permissions.filter(isForOthers)],
  };
}

function notFound(ctx: RequestContext) {
  return ctx.fault("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
}

/**
 * Takes the meant rules away, and gives the answer. What no rule allows is a fault, or in the default VPC is told of
 * (API reference, "RevokeSecurityGroupIngress").
 */
export async function revokeRules(
  ctx: RequestContext,
  group: Entry<SecurityGroup>,
  isEgress: boolean,
  input: MeantInput,
): Promise<RevokeSecurityGroupIngressResult> {
  const { rules, unknown } = await matchRules(ctx, group, isEgress, input);
  if (unknown.length > 0 && defaultVpcOf(ctx)?.value.vpcId !== group.value.vpcId) throw notFound(ctx);
  const revoked = new Set(rules);
  await putRules(
    ctx,
    group,
    group.value.rules.filter((rule) => !revoked.has(rule)),
  );
  return {
    Return: true,
    ...(unknown.length > 0 && { UnknownIpPermissions: unknown }),
    RevokedSecurityGroupRules: [...revoked].map((rule) => toRevoked(rule, group.value)),
  };
}

function toRevoked(rule: SecurityGroupRule, { groupId }: SecurityGroup): RevokedSecurityGroupRule {
  return {
    SecurityGroupRuleId: rule.securityGroupRuleId,
    GroupId: groupId,
    IsEgress: rule.isEgress,
    IpProtocol: rule.ipProtocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    ...(rule.cidrIpv4 !== undefined && { CidrIpv4: rule.cidrIpv4 }),
    ...(rule.cidrIpv6 !== undefined && { CidrIpv6: rule.cidrIpv6 }),
    ...(rule.referencedGroupId !== undefined && { ReferencedGroupId: rule.referencedGroupId }),
    ...descriptionOf(rule),
  };
}

/** The rule with this id in any group of the account and region. */
export function findRuleOfGroup(
  ctx: RequestContext,
  securityGroupRuleId: string,
): { readonly rule: SecurityGroupRule; readonly group: SecurityGroup; readonly entry: Entry<SecurityGroup> } {
  const entry = ctx.store.view(securityGroups).by("rule", securityGroupRuleId)[0];
  const own = entry?.value.account === ctx.account && entry.value.region === ctx.region;
  if (entry === undefined || !own) throw ruleNotFound(ctx, securityGroupRuleId);
  return { rule: findRule(ctx, entry.value, securityGroupRuleId), group: entry.value, entry };
}
