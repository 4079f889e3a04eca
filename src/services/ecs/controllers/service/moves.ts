import type { Rollout, ServiceRevisionRecord } from "../../model/service.ts";
import { spread } from "../../tasks/capacity.ts";
import { afterFailures, paced, soonestCheckMs } from "./backoff.ts";
import { planDaemons } from "./daemons.ts";
import type { Draft } from "./draft.ts";
import { isAlive, type Member } from "./health.ts";
import { planRolling, type RollingPlan } from "./rolling.ts";
import { sourcesOf } from "./sources.ts";
import { planStaged } from "./staged.ts";
import { shiftsStill, stagedDeployment } from "./stages.ts";
import type { ServiceCapacity } from "./view.ts";
import { stopReasons } from "./words.ts";

/** Decides which tasks are started and stopped. */
export function planMoves(draft: Draft, members: readonly Member[]): void {
  const plan = movesOf(draft, members);
  for (const { task } of plan.surplus) {
    draft.stop.push({ task, reason: stopReasons.surplus(draft.primary.id) });
  }
  stopSick(draft, plan.sick);
  noteSources(draft, members, plan);
  for (const { id, starts } of plan.sources) {
    start(draft, members, draft.service.deployments.find((each) => each.id === id)!, starts);
  }
  start(draft, members, draft.primary, plan.starts);
  draft.waits.push(...plan.waits);
  tellBlocked(draft, members, plan.blocked);
}

function movesOf(draft: Draft, members: readonly Member[]): RollingPlan {
  if (draft.service.schedulingStrategy === "DAEMON") return planDaemons(draft, members);
  const staged = stagedDeployment(draft);
  if (staged !== undefined) return planStaged(draft, staged, members);
  const shifts = shiftsStill(draft);
  const takesOver = draft.primary.rolloutState !== "FAILED" && !shifts;
  const plan = planRolling(draft.service, members, draft.primary, { sources: sourcesOf(draft, members), takesOver });
  if (!shifts) return plan;
  // Traffic comes back to where these tasks are: until it has, nobody else's leave.
  const surplus = plan.surplus.filter(({ deploymentId }) => deploymentId === draft.primary.id);
  return { ...plan, surplus, waits: [...plan.waits, { on: "traffic" }] };
}

/** What each deployment that is being replaced is to have: of one that is not kept, what is left of it. */
function noteSources(draft: Draft, members: readonly Member[], { sources }: RollingPlan): void {
  const stops = new Set(draft.stop.map(({ task }) => task));
  const left = members.filter((member) => isAlive(member) && !stops.has(member.task));
  for (const { id, status, desiredCount } of draft.service.deployments) {
    if (status === "PRIMARY") continue;
    const kept = sources.find((each) => each.id === id);
    const next = kept?.desiredCount ?? left.filter(({ deploymentId }) => deploymentId === id).length;
    if (next !== desiredCount) draft.changeDeployment(id, { desiredCount: next });
  }
}

/**
 * A task whose health checks fail and that is stopped for it counts as a failure of its deployment. Where no check was
 * needed to find it, its replacement is paced, too: it would be found just so.
 */
export function stopSick(draft: Draft, sick: readonly Member[]): void {
  for (const { task, deploymentId, failedTarget } of sick) {
    const arn = failedTarget?.targetGroupArn;
    const reason = arn === undefined ? stopReasons.containerHealth : stopReasons.targetHealth(arn);
    draft.stop.push({ task, reason });
    const rollout = [...draft.service.deployments, ...draft.taskSets].find(({ id }) => id === deploymentId);
    if (rollout === undefined) continue;
    const { now } = draft.view;
    const isAtOnce = now - (task.value.startedAt ?? now) < soonestCheckMs;
    const backoff = isAtOnce ? paced(draft, rollout.backoff, [task.value]) : rollout.backoff;
    const failedTasks = rollout.failedTasks + 1;
    draft.changeRollout(deploymentId, { failedTasks, lastFailureAt: now, ...(backoff && { backoff }) });
  }
}

/** Starts so many tasks of a deployment or a task set, when its pace and what they need allow it. */
export function start(draft: Draft, members: readonly Member[], rollout: Rollout, count: number): void {
  if (count === 0) return;
  const { view } = draft;
  const retryAt = rollout.backoff?.retryAt ?? 0;
  const revision = view.revisions.get(rollout.revisionId);
  const isEarly = view.now < retryAt;
  // What nothing could be started for may be over before its time to try again: room has come.
  const looks = revision !== undefined && (!isEarly || rollout.backoff?.told !== undefined);
  const fault = looks ? view.launchFault(revision) : undefined;
  if (isEarly && (!looks || fault !== undefined)) {
    draft.waitsForRetry = true;
    draft.looks.push(retryAt);
    const failures = rollout.backoff?.failures ?? 0;
    draft.waits.push({ on: "backoff", deploymentId: rollout.id, count, failures, until: retryAt });
    return;
  }
  if (revision === undefined) return;
  if (fault === undefined) {
    const own = members.filter((member) => isAlive(member) && member.deploymentId === rollout.id);
    const unhealthy = own.filter(({ condition }) => condition === "unhealthy").length;
    const replacements = Math.min(count, unhealthy);
    draft.start.push({ rollout, capacities: capacitiesOf(revision, own, count), replacements });
    if (rollout.backoff?.told !== undefined) {
      const { told: _, ...backoff } = rollout.backoff;
      draft.changeRollout(rollout.id, { backoff });
    }
    return;
  }
  const told = tellFault(draft, rollout, fault);
  const backoff = { ...afterFailures(rollout.backoff, [{ createdAt: view.now }], view.now)!, told };
  const failedTasks = rollout.failedTasks + count;
  draft.changeRollout(rollout.id, { backoff, failedTasks, lastFailureAt: view.now });
  draft.waitsForRetry = true;
  draft.looks.push(backoff.retryAt);
  draft.waits.push({ on: "launch-fault", deploymentId: rollout.id, message: fault, until: backoff.retryAt });
}

/** "Duplicate event messages are omitted until either the cause is resolved or six hours pass." */
const tellAgainMs = 6 * 3_600_000;

/** Tells why nothing can be started, unless that has been told lately. Returns what has been told, and when. */
function tellFault(draft: Draft, { backoff }: Rollout, message: string) {
  const { now } = draft.view;
  const before = backoff?.told;
  if (before?.message === message && now - before.at < tellAgainMs) return before;
  draft.events.push(message);
  return { message, at: now };
}

/** The capacity of each new task: with a strategy, what brings all tasks of the deployment nearest to it. */
function capacitiesOf(revision: ServiceRevisionRecord, own: readonly Member[], count: number): ServiceCapacity[] {
  const strategy = revision.capacityProviderStrategy;
  if (strategy === undefined)
    return Array.from({ length: count }, () => ({ launchType: revision.launchType ?? "EC2" }));
  const missing = new Map<string, number>();
  for (const name of spread(strategy, own.length + count)) missing.set(name, (missing.get(name) ?? 0) + 1);
  for (const { task } of own) {
    const name = task.value.capacityProviderName;
    if (name !== undefined && missing.has(name)) missing.set(name, missing.get(name)! - 1);
  }
  return Array.from({ length: count }, () => {
    const [name, most] = [...missing].reduce((best, next) => (next[1] > best[1] ? next : best));
    missing.set(name, most - 1);
    return { launchType: "FARGATE", capacityProviderName: name };
  });
}

/** What hinders the service is told when it comes up, and not again until something else was the case. */
export function tellBlocked(
  draft: Draft,
  members: readonly Member[],
  blocked: RollingPlan["blocked"],
  rolloutId: string = draft.primary.id,
): void {
  if (blocked === draft.service.told) return;
  const { told: _, ...service } = draft.service;
  draft.service = blocked === undefined ? service : { ...service, told: blocked };
  const held = members.filter((member) => isAlive(member) && member.protected);
  const count = held.length;
  if (blocked === "bounds") draft.tell((words) => words.blockedByBounds());
  if (blocked === "protection") draft.tell((words) => words.blockedByProtection(count));
  if (blocked === "scale-in-protection") {
    const own = held.filter(({ deploymentId }) => deploymentId === rolloutId).length;
    draft.tell((words) => words.scaleInBlocked(rolloutId, own));
  }
}
