import type { Entry, Put, Read, Store } from "#kernel/store.ts";
import { deregistrationDelayOf, whyNotInUse } from "./health.ts";
import { newTarget, type TargetRecord, targetHealthKey, targetKeyOf, targetRecordKey, targets } from "./target.ts";
import type { TargetGroupRecord } from "./target-group.ts";

/** Parts of a commit. */
export interface TargetWrites {
  readonly unchanged: readonly Read<unknown>[];
  readonly put: readonly Put[];
  readonly remove: readonly string[];
}

export type NewTarget = Parameters<typeof newTarget>[1];

/**
 * What a commit must carry to register a target. One that drains is a target again; one that is registered stays as
 * it is, but for its owner. The group's record is a condition: a group that is deleted meanwhile gets no target.
 */
export function registration(store: Store, group: Entry<TargetGroupRecord>, given: NewTarget): TargetWrites {
  const key = targetRecordKey(group.value, given);
  const known = store.view(targets).get(key);
  const value = newTarget(group.value, given);
  if (known !== undefined && known.value.drainUntil === undefined && known.value.task === given.task) {
    return { unchanged: [], put: [], remove: [] };
  }
  return { unchanged: known === undefined ? [group] : [group, known], put: [{ key, value }], remove: [] };
}

/**
 * What a commit must carry to deregister a target: it drains for the group's delay, unless no load balancer sends to
 * it or has its zone. One that drains already goes on as it does.
 */
export function deregistration(
  store: Store,
  group: Entry<TargetGroupRecord>,
  target: Entry<TargetRecord>,
  now: number,
): TargetWrites {
  const delay = deregistrationDelayOf(group.value);
  if (target.value.drainUntil !== undefined) return { unchanged: [], put: [], remove: [] };
  if (delay === 0 || whyNotInUse(store, group.value)(target.value) !== undefined) {
    const health = targetHealthKey(group.value, targetKeyOf(target.value));
    return { unchanged: [target], put: [], remove: [target.key, health] };
  }
  const value: TargetRecord = { ...target.value, drainUntil: now + delay * 1000 };
  return { unchanged: [target], put: [{ key: target.key, value }], remove: [] };
}
