import { Fault } from "#kernel/fault.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import {
  defaultRuleArn,
  type ListenerRecord,
  type LoadBalancerRecord,
  listenerArn,
  listenerKey,
  listeners,
  loadBalancerKey,
  loadBalancers,
  placeOf,
  type RuleRecord,
  ruleArn,
  ruleKey,
  rules,
  type TargetGroupRecord,
  targetGroupKey,
  targetGroupPlace,
  targetGroups,
} from "../model.ts";
import { invalid } from "./handler.ts";

type Scope = World & { readonly store: Pick<Store, "view"> };

/** The load balancer that an ARN of this account and region names. */
export function loadBalancerIfAny(scope: Scope, arn: string): Entry<LoadBalancerRecord> | undefined {
  const place = placeOf(arn);
  if (place?.kind !== "loadbalancer" || !isHere(scope, place)) return undefined;
  const found = scope.store.view(loadBalancers).get(loadBalancerKey(place, place.name));
  return found?.value.id === place.id && found.value.type === place.type ? found : undefined;
}

export function requireLoadBalancer(scope: Scope, arn: string): Entry<LoadBalancerRecord> {
  if (placeOf(arn)?.kind !== "loadbalancer") throw invalid(`'${arn}' is not a valid load balancer ARN`);
  const found = loadBalancerIfAny(scope, arn);
  if (found === undefined) throw new Fault("LoadBalancerNotFoundException", `Load balancer '${arn}' not found`);
  return found;
}

export function listenerIfAny(scope: Scope, arn: string): Entry<ListenerRecord> | undefined {
  const place = placeOf(arn);
  if (place?.kind !== "listener" || !isHere(scope, place)) return undefined;
  const found = scope.store.view(listeners).get(listenerKey(place, place.id, place.listenerId!));
  return found && listenerArn(found.value) === arn ? found : undefined;
}

export function requireListener(scope: Scope, arn: string): Entry<ListenerRecord> {
  if (placeOf(arn)?.kind !== "listener") throw invalid(`'${arn}' is not a valid listener ARN`);
  const found = listenerIfAny(scope, arn);
  if (found === undefined) throw new Fault("ListenerNotFoundException", `Listener '${arn}' not found`);
  return found;
}

/** A rule with its listener; of a listener's default rule there is no record of its own. */
export interface FoundRule {
  readonly listener: Entry<ListenerRecord>;
  readonly rule?: Entry<RuleRecord>;
}

export function ruleIfAny(scope: Scope, arn: string): FoundRule | undefined {
  const place = placeOf(arn);
  if (place?.kind !== "listener-rule" || !isHere(scope, place)) return undefined;
  const listener = scope.store.view(listeners).get(listenerKey(place, place.id, place.listenerId!));
  if (listener === undefined) return undefined;
  if (defaultRuleArn(listener.value) === arn) return { listener };
  const rule = scope.store.view(rules).get(ruleKey(place, place.id, place.listenerId!, place.ruleId!));
  return rule && ruleArn(rule.value) === arn ? { listener, rule } : undefined;
}

export function requireRule(scope: Scope, arn: string): FoundRule {
  if (placeOf(arn)?.kind !== "listener-rule") throw invalid(`'${arn}' is not a valid listener rule ARN`);
  const found = ruleIfAny(scope, arn);
  if (found === undefined) throw new Fault("RuleNotFoundException", `Rule '${arn}' not found`);
  return found;
}

export function targetGroupIfAny(scope: Scope, arn: string): Entry<TargetGroupRecord> | undefined {
  const place = targetGroupPlace(arn);
  if (place === undefined || !isHere(scope, place)) return undefined;
  const found = scope.store.view(targetGroups).get(targetGroupKey(place, place.name));
  return found?.value.id === place.id ? found : undefined;
}

export function requireTargetGroup(scope: Scope, arn: string): Entry<TargetGroupRecord> {
  if (targetGroupPlace(arn) === undefined) throw invalid(`'${arn}' is not a valid target group ARN`);
  const found = targetGroupIfAny(scope, arn);
  if (found === undefined) throw new Fault("TargetGroupNotFoundException", `Target groups '${arn}' not found`);
  return found;
}

function isHere(scope: World, place: World): boolean {
  return scope.account === place.account && scope.region === place.region;
}
