import type { TaskSet } from "#generated/ecs/types.ts";
import type { Store } from "#kernel/store.ts";
import {
  type ServiceRecord,
  type ServiceRevisionRecord,
  servicePath,
  serviceRevisionKey,
  serviceRevisions,
} from "../model/service.ts";
import { type TaskRecord, tasks } from "../model/task.ts";
import { computedDesiredCount, type TaskSetRecord, taskSetArn, taskSets } from "../model/task-set.ts";
import { isPending, isRunning, revisionOut } from "./output-parts.ts";

type Views = Pick<Store, "view">;

/** The task sets of a service, the eldest first. */
export function taskSetsIn(store: Views, service: ServiceRecord): TaskSetRecord[] {
  const found = store.view(taskSets).by("service", servicePath(service));
  return found.map(({ value }) => value).toSorted((a, b) => a.createdAt - b.createdAt);
}

/** What the PRIMARY task set of a service is made of; undefined without one. */
export function primaryRevision(store: Views, service: ServiceRecord): ServiceRevisionRecord | undefined {
  const primary = taskSetsIn(store, service).find(({ status }) => status === "PRIMARY");
  return primary && revisionOf(store, primary);
}

/** What the task sets of a service are made of. */
export function taskSetRevisions(store: Views, service: ServiceRecord): ServiceRevisionRecord[] {
  return taskSetsIn(store, service).flatMap((taskSet) => revisionOf(store, taskSet) ?? []);
}

function revisionOf(store: Views, taskSet: TaskSetRecord): ServiceRevisionRecord | undefined {
  return store.view(serviceRevisions).get(serviceRevisionKey(taskSet, taskSet.revisionId))?.value;
}

/** The API's TaskSet, its tasks counted as they are at this moment. */
export function toTaskSet(
  store: Views,
  taskSet: TaskSetRecord,
  service: ServiceRecord,
  options: { readonly tags: boolean },
): TaskSet {
  const revision = revisionOf(store, taskSet);
  const own = tasksOf(store, taskSet);
  const counts = {
    computedDesiredCount: computedDesiredCount(taskSet, service.desiredCount),
    pendingCount: own.filter(isPending).length,
    runningCount: own.filter(isRunning).length,
  };
  return {
    id: taskSet.id,
    taskSetArn: taskSetArn(taskSet, taskSet.id),
    serviceArn: service.serviceArn,
    clusterArn: service.clusterArn,
    ...(taskSet.externalId !== undefined && { externalId: taskSet.externalId }),
    status: taskSet.status,
    ...counts,
    createdAt: taskSet.createdAt,
    updatedAt: taskSet.updatedAt,
    ...(revision && revisionOut(revision)),
    scale: { value: taskSet.scale, unit: "PERCENT" },
    stabilityStatus: isUpset(counts) ? "STABILIZING" : taskSet.stabilityStatus,
    stabilityStatusAt: taskSet.stabilityStatusAt,
    ...(options.tags && { tags: taskSet.tags }),
  };
}

/** Something has changed that the scheduler has not looked at yet. */
function isUpset(counts: Record<"computedDesiredCount" | "pendingCount" | "runningCount", number>): boolean {
  return counts.pendingCount > 0 || counts.runningCount !== counts.computedDesiredCount;
}

function tasksOf(store: Views, taskSet: TaskSetRecord): TaskRecord[] {
  const all = store.view(tasks).by("service", servicePath(taskSet));
  return all.map(({ value }) => value).filter(({ service }) => service!.deploymentId === taskSet.id);
}
