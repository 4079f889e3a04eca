import type { ServiceRecord } from "../../model/service.ts";
import { computedDesiredCount, type TaskSetRecord } from "../../model/task-set.ts";
import type { Draft } from "./draft.ts";
import { isAlive, type Member, serves } from "./health.ts";
import { start, stopSick, tellBlocked } from "./moves.ts";
import { planRolling } from "./rolling.ts";
import { noteSteadiness } from "./steadiness.ts";
import { stopReasons } from "./words.ts";

/*
 * Services with the EXTERNAL deployment controller: a task set is like a deployment that nobody rolls. Each has its own
 * count, pace and steady state, and no bounds but its own ("External deployments": maximumPercent does not count).
 */

export function planTaskSets(draft: Draft, members: readonly Member[]): void {
  const blocked = draft.taskSets.filter((taskSet) => planTaskSet(draft, taskSet.id, members)).map(({ id }) => id);
  tellBlocked(draft, members, blocked.length > 0 ? "scale-in-protection" : undefined, blocked[0] ?? "");
  const { taskSets } = draft;
  const isSteady = taskSets.length > 0 && taskSets.every(({ stabilityStatus }) => stabilityStatus === "STEADY_STATE");
  noteSteadiness(draft, isSteady);
}

/** Whether protected tasks hinder it. */
function planTaskSet(draft: Draft, id: string, members: readonly Member[]): boolean {
  const taskSet = draft.taskSets.find((each) => each.id === id)!;
  const own = members.filter((member) => member.deploymentId === id);
  const wanted = computedDesiredCount(taskSet, draft.service.desiredCount);
  const plan = planRolling(asService(draft.service, wanted), own, { id, rolloutState: "COMPLETED" });
  draft.stop.push(...plan.surplus.map(({ task }) => ({ task, reason: stopReasons.surplus(id) })));
  stopSick(draft, plan.sick);
  // Twice the count is no bound that somebody has set.
  draft.waits.push(...plan.waits.filter(({ on }) => on !== "ceiling"));
  start(draft, members, taskSet, plan.starts);
  if (taskSet.status === "DRAINING" && hasLeft(own)) draft.goneTaskSets.push(taskSet);
  const moves = plan.starts + plan.surplus.length + plan.sick.length;
  noteStability(draft, id, moves === 0 && taskSet.status !== "DRAINING" && isSteady(own, wanted));
  return plan.blocked === "scale-in-protection";
}

/** The set alone, with the default bounds: unhealthy tasks have a replacement first, within twice the count. */
function asService(service: ServiceRecord, desiredCount: number): ServiceRecord {
  const { rebalancing: _, ...rest } = service;
  const bounds = { minimumHealthyPercent: 100, maximumPercent: 200 };
  return { ...rest, desiredCount, deploymentConfiguration: { ...service.deploymentConfiguration, ...bounds } };
}

/** "stabilityStatus": as many tasks run as there are to be, none is on its way, and no health check says otherwise. */
function isSteady(own: readonly Member[], wanted: number): boolean {
  const running = own.filter(({ task }) => task.value.lastStatus === "RUNNING");
  const alive = own.filter(isAlive);
  return running.length === wanted && alive.length === wanted && alive.every(serves);
}

function hasLeft(own: readonly Member[]): boolean {
  return own.every(({ task }) => ["STOPPING", "DEPROVISIONING", "STOPPED"].includes(task.value.lastStatus));
}

function noteStability(draft: Draft, id: string, steady: boolean): void {
  const taskSet: TaskSetRecord = draft.taskSets.find((each) => each.id === id)!;
  const stabilityStatus = steady ? "STEADY_STATE" : "STABILIZING";
  if (taskSet.stabilityStatus === stabilityStatus) return;
  draft.replaceTaskSet({ ...taskSet, stabilityStatus, stabilityStatusAt: draft.view.now });
}
