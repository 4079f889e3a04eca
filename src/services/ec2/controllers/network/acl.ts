import type { AclRuleSpec, NetworkAclSpec } from "#kernel/network-acl.ts";
import { type AclEntry, entriesOf, type NetworkAcl } from "../../model.ts";

/**
 * What a host must know of an ACL; undefined when it lets everything pass. VPCs carry IPv4 alone, so that entries for
 * IPv6 have nothing to decide about.
 */
export function aclSpec(acl: NetworkAcl | undefined): NetworkAclSpec | undefined {
  if (acl === undefined) return undefined;
  const entries = [...entriesOf(acl)].sort((a, b) => a.ruleNumber - b.ruleNumber);
  const rulesOf = (egress: boolean) => untilAll(entries.filter((entry) => entry.egress === egress).flatMap(ruleOf));
  const [ingress, egress] = [rulesOf(false), rulesOf(true)];
  return [ingress, egress].every(([first]) => first?.action === "allow" && isAll(first))
    ? undefined
    : { ingress, egress };
}

function ruleOf({ action, protocol, cidrBlock, ports, icmp }: AclEntry): AclRuleSpec[] {
  if (cidrBlock === undefined) return [];
  const [fromPort, toPort] = ports ? [ports.from, ports.to] : [icmp?.type ?? -1, icmp?.code ?? -1];
  return [{ action, protocol, fromPort, toPort, cidr: cidrBlock }];
}

/** Nothing comes to what follows a rule for all. */
function untilAll(rules: readonly AclRuleSpec[]): readonly AclRuleSpec[] {
  const end = rules.findIndex(isAll);
  return end < 0 ? rules : rules.slice(0, end + 1);
}

function isAll({ protocol, cidr }: AclRuleSpec): boolean {
  return protocol === "-1" && cidr === "0.0.0.0/0";
}
