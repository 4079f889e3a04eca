import { isDeepStrictEqual } from "node:util";
import type { Action } from "#generated/elbv2/types.ts";
import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import { type Entry, eachOnce, type Key, type Put, type Read, type Store } from "#kernel/store.ts";
import {
  actionsDigest,
  defaultRuleArn,
  type ListenerRecord,
  listenerKey,
  listeners,
  nodes,
  placeOf,
  type RuleRecord,
  ruleKey,
  rules,
  targetGroupKey,
  targetGroupPlace,
  targetGroups,
  targetGroupsIn,
} from "#services/elb/model.ts";
import { type ServiceRevisionRecord, serviceRevisionKey, serviceRevisions } from "../../model/service.ts";
import { isShifting, type ServiceDeploymentRecord, serviceDeployments } from "../../model/service-deployment.ts";
import { groupsOf, pairOf } from "../../services/target-groups.ts";
import { splitsOf, type WantedSplit, weightsOf, withSplit } from "./plan.ts";

const everyShift = "every shift";

/**
 * Carries the weights of deployments that shift traffic to the rules of listeners, and tells the deployment when all
 * nodes of the load balancers follow them. Who changes a rule meanwhile is not corrected until the next shift.
 */
export const trafficController: Controller = {
  name: "ecs.traffic",
  watches: [
    watch(serviceDeployments, ({ key, value }) => (isShifting(value) ? [key] : [])),
    watch(nodes, () => [everyShift]),
  ],
  async reconcile(key, ctx) {
    const keys =
      key === everyShift
        ? ctx.store
            .view(serviceDeployments)
            .by("shifting", "yes")
            .map((entry) => entry.key)
        : [key as Key<ServiceDeploymentRecord>];
    for (const each of keys) await shift(each, ctx);
  },
};

async function shift(key: Key<ServiceDeploymentRecord>, { store }: ControllerContext): Promise<void> {
  const deployment = await store.get(key);
  if (deployment.value === undefined || !isShifting(deployment.value)) return;
  const splits = wantedSplits(store, deployment.value);
  if (splits.length === 0) return;
  const found = splits.flatMap((split) => findRule(store, split) ?? []);
  const changes = found.flatMap((rule) => changeOf(store, rule) ?? []);
  if (changes.length > 0) {
    await store.commit({
      unchanged: [deployment, ...eachOnce(changes.flatMap(({ unchanged }) => unchanged))],
      put: eachOnce(changes.flatMap(({ put }) => put)),
    });
    return;
  }
  const appliedTraffic = weightsOf(deployment.value);
  if (isDeepStrictEqual(deployment.value.appliedTraffic, appliedTraffic)) return;
  if (!found.every((rule) => isFollowed(store, rule))) return;
  await store.commit({ unchanged: [deployment], put: [{ key, value: { ...deployment.value, appliedTraffic } }] });
}

/** The splits that a deployment wants; none without load balancers, or while it shifts nothing. */
function wantedSplits(store: Store, deployment: ServiceDeploymentRecord): WantedSplit[] {
  const revisionOf = (id: string): ServiceRevisionRecord | undefined =>
    store.view(serviceRevisions).get(serviceRevisionKey(deployment, id))?.value;
  const target = revisionOf(deployment.targetRevision.revisionId);
  if (target === undefined) return [];
  const weights = weightsOf(deployment);
  const before = deployment.sourceRevisions.flatMap(({ revisionId, productionTrafficWeight }) =>
    (productionTrafficWeight ?? 0) > 0 ? (revisionOf(revisionId) ?? []) : [],
  );
  const used = before.flatMap(groupsOf);
  return target.loadBalancers.flatMap((balancer, i) => {
    const source = pairOf(balancer).find((arn) => used.includes(arn));
    return splitsOf(balancer, groupsOf(target)[i]!, source, weights);
  });
}

interface FoundRule {
  readonly split: WantedSplit;
  readonly listener: Entry<ListenerRecord>;
  /** Absent: the split is that of the listener's default actions. */
  readonly rule?: Entry<RuleRecord>;
  readonly actions: readonly Action[];
  readonly isNetwork: boolean;
}

/** A rule that is gone sends no traffic, and nothing has to wait for it. */
function findRule(store: Store, split: WantedSplit): FoundRule | undefined {
  const place = placeOf(split.ruleArn);
  if (place?.listenerId === undefined) return undefined;
  const listener = store.view(listeners).get(listenerKey(place, place.id, place.listenerId));
  if (listener === undefined) return undefined;
  const isNetwork = place.type === "network";
  if (place.ruleId === undefined || place.ruleId === listener.value.defaultRuleId) {
    return { split, listener, isNetwork, actions: listener.value.defaultActions };
  }
  const rule = store.view(rules).get(ruleKey(place, place.id, place.listenerId, place.ruleId));
  return rule && { split, listener, rule, isNetwork, actions: rule.value.actions };
}

interface RuleChange {
  readonly unchanged: readonly Read<unknown>[];
  readonly put: readonly Put[];
}

/** What to commit so that the rule splits traffic as wanted; undefined: it does. */
function changeOf(store: Store, { split, listener, rule, actions, isNetwork }: FoundRule): RuleChange | undefined {
  const next = withSplit(actions, split.weights, isNetwork);
  if (isDeepStrictEqual(next, actions)) return undefined;
  const known = targetGroupsIn(actions);
  const groups = targetGroupsIn(next).flatMap((arn) => {
    const place = targetGroupPlace(arn);
    const group = place && store.view(targetGroups).get(targetGroupKey(place, place.name));
    return group === undefined || known.includes(arn) ? [] : [group];
  });
  const changed =
    rule === undefined
      ? { key: listener.key, value: { ...listener.value, defaultActions: next } }
      : { key: rule.key, value: { ...rule.value, actions: next } };
  return {
    unchanged: [rule ?? listener, ...groups],
    // A group that begins to be used is not deleted at the same moment.
    put: [changed, ...groups.map(({ key, value }) => ({ key, value: { ...value, uses: value.uses + 1 } }))],
  };
}

/** Whether every node of the rule's load balancer does what its actions say. */
function isFollowed(store: Store, { listener, rule, split, actions }: FoundRule): boolean {
  const arn = rule === undefined ? defaultRuleArn(listener.value) : split.ruleArn;
  const own = store
    .view(nodes)
    .by("loadBalancer", listener.value.loadBalancer.id)
    .filter(({ value }) => value.removeAt === undefined);
  return own.length > 0 && own.every(({ value }) => value.applied[arn] === actionsDigest(actions));
}
