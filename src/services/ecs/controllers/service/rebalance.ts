import { balanceZones, zoneBalanceEvent } from "#placement/index.ts";
import type { Draft } from "./draft.ts";
import { isAlive, isWhole, type Member } from "./health.ts";
import { toServiceTask } from "./order.ts";
import { boundsOf } from "./rolling.ts";

/**
 * Availability Zone rebalancing ("Balancing an Amazon ECS service across Availability Zones"): of a service in a steady
 * state whose tasks lie unevenly, as many tasks as it takes are started in the zones with the fewest, within the
 * ceiling; when they are healthy, as many are stopped in the zones with the most.
 */
export function rebalance(draft: Draft, members: readonly Member[]): void {
  const { service } = draft;
  if (!isEligible(draft)) {
    forget(draft, "rebalancing");
    return;
  }
  const own = members.filter(isAlive);
  if (service.rebalancing === undefined) begin(draft, own);
  else if (service.rebalancing > 0 && failsThere(draft, own)) forget(draft, "rebalancing");
  else if (service.rebalancing > 0) letSurplusGo(draft, own);
  else if (own.length === service.desiredCount) end(draft, own);
}

function isEligible({ service, primary }: Draft): boolean {
  return (
    service.availabilityZoneRebalancing === "ENABLED" &&
    service.schedulingStrategy === "REPLICA" &&
    service.deploymentConfiguration.maximumPercent > 100 &&
    service.deployments.length === 1 &&
    primary.rolloutState === "COMPLETED"
  );
}

function begin(draft: Draft, own: readonly Member[]): void {
  const { service } = draft;
  // It begins when the service has come to rest, which its record says until a task's end is seen to, and not again
  // where the last time did not help.
  if (!service.steady || !isWhole(own, service.desiredCount)) return;
  const { counts, isBalanced, moves } = balanceOf(draft, own);
  const state = JSON.stringify([...counts]);
  if (isBalanced || service.unbalanced === state) return;
  const extra = Math.min(moves.length, boundsOf(service).ceiling - service.desiredCount);
  if (extra <= 0) return;
  draft.change({ rebalancing: extra, unbalanced: state, steady: false });
  draft.events.push(zoneBalanceEvent(service.serviceName, counts, "STARTED"));
}

/**
 * Whether a task fails its checks in a zone that has been given some: a load balancer may not be in it. More of them
 * would fail one after the other, so that the service stays as it was.
 */
function failsThere(draft: Draft, own: readonly Member[]): boolean {
  const before = new Map<string, number>(JSON.parse(draft.service.unbalanced ?? "[]"));
  const { counts } = balanceOf(draft, own);
  return own.some(({ condition, task }) => {
    const zone = task.value.availabilityZone ?? "";
    return condition === "unhealthy" && (counts.get(zone) ?? 0) > (before.get(zone) ?? 0);
  });
}

/** Once what was started beyond the desired count is healthy. */
function letSurplusGo(draft: Draft, own: readonly Member[]): void {
  const healthy = own.filter(({ condition }) => condition === "healthy").length;
  const extra = draft.service.rebalancing!;
  if (healthy >= draft.service.desiredCount + extra) draft.change({ rebalancing: 0 });
  else draft.waits.push({ on: "rebalancing", extra });
}

function end(draft: Draft, own: readonly Member[]): void {
  const { counts, isBalanced } = balanceOf(draft, own);
  forget(draft, "rebalancing");
  if (!isBalanced) {
    draft.change({ unbalanced: JSON.stringify([...counts]) });
    return;
  }
  forget(draft, "unbalanced");
  draft.events.push(zoneBalanceEvent(draft.service.serviceName, counts, "COMPLETED"));
}

function balanceOf({ view, primary }: Draft, own: readonly Member[]) {
  const revision = view.revisions.get(primary.revisionId);
  const zones = revision === undefined ? [] : view.zonesOf(revision);
  return balanceZones(own.map(toServiceTask), zones, { strategies: [], random: { float: () => 0.5 } });
}

function forget(draft: Draft, field: "rebalancing" | "unbalanced"): void {
  if (draft.service[field] === undefined) return;
  const { [field]: _, ...rest } = draft.service;
  draft.service = rest;
}
