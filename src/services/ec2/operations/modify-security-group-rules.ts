import type { SecurityGroupRuleRequest } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { SecurityGroup, SecurityGroupRule } from "../model.ts";
import { missing, unsupported } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { findRule, putRules, refuseDuplicates } from "../rules/change.ts";
import { canonicalCidr, canonicalCidr6, description, peerGroup } from "../rules/permissions.ts";
import { protocolAndPorts } from "../rules/ports.ts";

/** Replaces rules, which keep their ids, directions and tags. */
export const ModifySecurityGroupRules: Ec2Handler<"ModifySecurityGroupRules"> = async (input, ctx) => {
  const group = await findOpen(ctx, kinds.securityGroup, input.GroupId);
  const changed = new Map<string, SecurityGroupRule>();
  const peers: Entry<SecurityGroup>[] = [];
  for (const { SecurityGroupRuleId, SecurityGroupRule: request } of input.SecurityGroupRules) {
    if (request === undefined) throw missing(ctx, "SecurityGroupRule");
    const { securityGroupRuleId, isEgress, tags } = findRule(ctx, group.value, SecurityGroupRuleId);
    const peer = await peerOf(ctx, group, request);
    if (peer.entry !== undefined && peer.entry.key !== group.key) peers.push(peer.entry);
    const ports = protocolAndPorts(ctx, request.IpProtocol, request.FromPort, request.ToPort);
    const text = description(ctx, request.Description);
    changed.set(securityGroupRuleId, { securityGroupRuleId, isEgress, ...ports, ...peer.fields, ...text, tags });
  }
  const kept = group.value.rules.filter((rule) => !changed.has(rule.securityGroupRuleId));
  for (const rule of changed.values()) {
    refuseDuplicates(ctx, kept, [rule]);
    kept.push(rule);
  }
  const rules = group.value.rules.map((rule) => changed.get(rule.securityGroupRuleId) ?? rule);
  await putRules(ctx, group, rules, peers);
  return { Return: true };
};

async function peerOf(ctx: RequestContext, group: Entry<SecurityGroup>, request: SecurityGroupRuleRequest) {
  if (request.PrefixListId !== undefined) throw unsupported(ctx, "PrefixListId");
  const { CidrIpv4, CidrIpv6, ReferencedGroupId } = request;
  if ([CidrIpv4, CidrIpv6, ReferencedGroupId].filter((peer) => peer !== undefined).length !== 1) {
    const message = "Exactly one of 'cidrIpv4', 'cidrIpv6' or 'referencedGroupId' must be provided.";
    throw ctx.fault("InvalidParameterCombination", message);
  }
  if (CidrIpv4 !== undefined) return { entry: undefined, fields: { cidrIpv4: canonicalCidr(ctx, CidrIpv4) } };
  if (CidrIpv6 !== undefined) return { entry: undefined, fields: { cidrIpv6: canonicalCidr6(ctx, CidrIpv6) } };
  const entry = await peerGroup(ctx, group, { GroupId: ReferencedGroupId! });
  return { entry, fields: { referencedGroupId: entry.value.groupId } };
}
