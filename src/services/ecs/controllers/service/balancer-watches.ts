import { isDeepStrictEqual } from "node:util";
import { type ControllerWatch, watch } from "#kernel/controller.ts";
import {
  type ListenerRecord,
  type LoadBalancerRecord,
  listeners,
  loadBalancers,
  type NodeRecord,
  nodes,
  ownersBehind,
  ownersIn,
  type RuleRecord,
  rules,
  type TargetGroupRecord,
  targetGroupArn,
  targetGroups,
  targetGroupsIn,
  targetHealth,
  targets,
} from "#services/elb/model.ts";

/**
 * Which services load balancers concern: those whose targets' health changes, with or without a word of the nodes.
 * Who sends to a target group, and in which zones, is also a part of it.
 */
export const balancerWatches: readonly ControllerWatch[] = [
  watch(targets, ({ value: { owner } }) => (owner === undefined ? [] : [owner])),
  watch(targetHealth, ({ value: { owner } }) => (owner === undefined ? [] : [owner])),
  watch(nodes, ({ value }, store) => ownersBehind(store, value.loadBalancerId), hasLeft),
  watch(loadBalancers, ({ value }, store) => ownersBehind(store, value.id), differ(partsOfBalancer)),
  watch(targetGroups, ({ value }, store) => ownersIn(store, [targetGroupArn(value)]), differ(partsOfGroup)),
  watch(listeners, ({ value }, store) => ownersIn(store, groupsOfListener(value)), differ(groupsOfListener)),
  watch(rules, ({ value }, store) => ownersIn(store, groupsOfRule(value)), differ(groupsOfRule)),
];

/** Whether a load balancer's node has ended or failed: nobody waits any more for what it says of targets. */
function hasLeft(before: NodeRecord | undefined, after: NodeRecord | undefined): boolean {
  const works = (node: NodeRecord | undefined) =>
    node !== undefined && node.removeAt === undefined && node.state !== "failed";
  return works(before) && !works(after);
}

/** Records are often rewritten for something else: the weights of a rule, say, while traffic shifts. */
function differ<T>(parts: (record: T) => unknown): (before: T | undefined, after: T | undefined) => boolean {
  return (before, after) => !isDeepStrictEqual(before && parts(before), after && parts(after));
}

function partsOfBalancer({ id, state, zones, attributes }: LoadBalancerRecord) {
  return [id, state, zones, attributes];
}

function partsOfGroup({ id, attributes }: TargetGroupRecord) {
  return [id, attributes];
}

function groupsOfListener({ defaultActions }: ListenerRecord): string[] {
  return targetGroupsIn(defaultActions).toSorted();
}

function groupsOfRule({ actions }: RuleRecord): string[] {
  return targetGroupsIn(actions).toSorted();
}
