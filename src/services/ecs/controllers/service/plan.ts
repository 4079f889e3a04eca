import { isDeepStrictEqual } from "node:util";
import type { Entry } from "#kernel/store.ts";
import { primaryOf, type ServiceRecord } from "../../model/service.ts";
import type { TaskRecord } from "../../model/task.ts";
import { conclude } from "./conclude.ts";
import { countEnds } from "./count-ends.ts";
import { countDaemons } from "./daemons.ts";
import { Draft } from "./draft.ts";
import { graceEnd, isAccounted, isAlive, type Member, memberOf } from "./health.ts";
import { planMoves } from "./moves.ts";
import { rebalance } from "./rebalance.ts";
import { scaleSources } from "./sources.ts";
import { planStages } from "./stages.ts";
import { steer } from "./steer.ts";
import { planTaskSets } from "./task-sets.ts";
import type { ServicePlan, ServiceView } from "./view.ts";
import { stopReasons } from "./words.ts";

/**
 * What a service needs next: which tasks to start and to stop, and what its deployments have come to. It asks for no
 * more than one step; what comes of it, and all else that happens, is a reason to plan again.
 */
export function planService(view: ServiceView): ServicePlan {
  const members = view.tasks.map((task) => memberOf(task, view));
  const draft = new Draft(view);
  if (view.service.status === "DRAINING") planDraining(draft, members);
  if (view.service.status === "ACTIVE") {
    if (primaryOf(draft.service) !== undefined) countDaemons(draft);
    countEnds(draft, members);
    tellUnhealthy(draft, members);
    if (draft.service.deploymentController === "EXTERNAL") planTaskSets(draft, members);
    if (primaryOf(draft.service) !== undefined) {
      scaleSources(draft);
      steer(draft, members);
      planStages(draft, members);
      rebalance(draft, members);
      planMoves(draft, members);
      conclude(draft, members);
    }
  }
  return finish(draft, members);
}

/** A deleted service stops all its tasks, with no regard to bounds or protection; it is gone when they are. */
function planDraining(draft: Draft, members: readonly Member[]): void {
  const { view } = draft;
  const primary = primaryOf(view.service)?.id;
  for (const { task, deploymentId } of members.filter(isAlive)) {
    draft.stop.push({ task, reason: stopReasons.surplus(primary ?? deploymentId) });
  }
  draft.accounted.push(...members.filter(({ condition }) => condition === "ended").map(({ task }) => task));
  for (const deployment of view.serviceDeployments.values()) {
    draft.endServiceDeployment(deployment, "STOPPED", "The service was deleted.");
  }
  const leftRunning = ["STOPPING", "DEPROVISIONING", "STOPPED"];
  if (!members.every(({ task }) => leftRunning.includes(task.value.lastStatus))) return;
  draft.change({ status: "INACTIVE", inactiveAt: view.now, deployments: [] });
  draft.goneTaskSets.push(...view.taskSets);
}

/** Each unhealthy task is told of once. */
function tellUnhealthy(draft: Draft, members: readonly Member[]): void {
  for (const { task, condition, failedTarget } of members) {
    if (condition !== "unhealthy" || task.value.service!.unhealthySince !== undefined) continue;
    draft.unhealthy.push(task);
    draft.tell((words) =>
      failedTarget === undefined
        ? words.unhealthyContainers(task.value.id)
        : words.unhealthyTarget(task.value.id, failedTarget),
    );
  }
}

function finish(draft: Draft, members: readonly Member[]): ServicePlan {
  const { view } = draft;
  const accounted = markEnds(draft, members);
  const same = isDeepStrictEqual(draft.service, view.service);
  const lookAgainAt = nextLook(draft, members);
  return {
    now: view.now,
    service: same ? view.service : draft.service,
    start: draft.start,
    stop: draft.stop,
    accounted,
    unhealthy: draft.unhealthy,
    serviceDeployments: draft.changedServiceDeployments(),
    taskSets: draft.changedTaskSets(),
    goneTaskSets: draft.goneTaskSets,
    events: draft.events,
    waits: draft.waits,
    ...(lookAgainAt !== undefined && { lookAgainAt }),
  };
}

/**
 * Whose records say from now on that their end is accounted for. While a task is on its way from RUNNING to STOPPED its
 * record changes with every step: a commit with it would come too late again and again, and the replacement with it.
 * Until it has stopped its service's record says it. Nobody looks at a service that is gone: there all are marked.
 */
function markEnds(draft: Draft, members: readonly Member[]): Entry<TaskRecord>[] {
  const mayWait = draft.service.status === "ACTIVE";
  const waits = ({ value }: Entry<TaskRecord>) => mayWait && value.lastStatus !== "STOPPED";
  const counted = members.map(({ task }) => task).filter(({ value }) => isCounted(value, draft.view.service));
  const countedEnds = [...counted, ...draft.accounted].filter(waits).map(({ value }) => value.id);
  const { countedEnds: before = [], ...rest } = draft.service;
  if (!isDeepStrictEqual(before, countedEnds)) {
    draft.service = countedEnds.length === 0 ? rest : { ...rest, countedEnds };
  }
  return [...counted, ...draft.accounted].filter((task) => !waits(task));
}

/** Its end is accounted for in the record of the service alone. */
function isCounted(task: TaskRecord, service: ServiceRecord): boolean {
  return task.desiredStatus === "STOPPED" && task.service!.accounted !== true && isAccounted(task, service);
}

/** The next time that something is due by the clock alone. */
function nextLook(draft: Draft, members: readonly Member[]): number | undefined {
  const { view } = draft;
  const times = [...draft.looks, ...members.flatMap((member) => [...waitsOf(member, draft), ...protectionEnd(member)])];
  const later = times.filter((time) => time > view.now);
  return later.length === 0 ? undefined : Math.min(...later);
}

function waitsOf({ condition, checked, healthyAt, task }: Member, { service }: Draft): number[] {
  if (condition !== "settling") return [];
  return checked ? [graceEnd(task.value, service)] : [healthyAt!];
}

function protectionEnd({ task }: Member): number[] {
  const until = task.value.service?.protectedUntil;
  return until === undefined ? [] : [until];
}
