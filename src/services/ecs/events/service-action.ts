import type { EventSource, SourcedEvent } from "#kernel/event-source.ts";
import { partsOf } from "#kernel/store.ts";
import { type InstanceRecord, instances, serviceArn as registryArn } from "#services/discovery/model.ts";
import { noFargate, serviceWords } from "../controllers/service/words.ts";
import {
  clusterArn,
  ecsArn,
  type ServiceEventRecord,
  type ServiceName,
  type ServiceRevisionRecord,
  serviceArn,
  serviceEvents,
  serviceNameIn,
  serviceRevisions,
  type TaskSetRecord,
  taskArn,
  taskSetArn,
  taskSets,
} from "../model.ts";

/**
 * "ECS Service Action": those events of a service that Amazon ECS sends to EventBridge, too (Developer Guide, "Amazon
 * ECS service action events").
 */
export const serviceActions: EventSource = {
  source: "aws.ecs",
  collection: serviceEvents.name,
  toEvents({ key, before, after }) {
    const event = after as ServiceEventRecord | undefined;
    if (event === undefined || before !== undefined) return [];
    const [account, region, clusterName, serviceName] = partsOf(key) as [string, string, string, string];
    const action = actionOf(event.message, serviceName);
    if (action === undefined) return [];
    return [toEvent({ account, region, clusterName, serviceName }, action, event.createdAt)];
  },
};

/** The same of task sets: each that has become steady. */
export const taskSetActions: EventSource = {
  source: "aws.ecs",
  collection: taskSets.name,
  toEvents(change) {
    const [before, after] = [change.before, change.after] as (TaskSetRecord | undefined)[];
    const isSteady = (taskSet?: TaskSetRecord) => taskSet?.stabilityStatus === "STEADY_STATE";
    if (after === undefined || !isSteady(after) || isSteady(before)) return [];
    const taskSetArns = [taskSetArn(after, after.id)];
    const action = { eventType: "INFO", eventName: "TASKSET_STEADY_STATE", taskSetArns } as const;
    return [toEvent(after, action, after.stabilityStatusAt)];
  },
};

/**
 * The same of capacity providers: those of a service reach their steady state with each revision that names them,
 * before its tasks are there. The ones of Fargate, and there are no others, have no capacity to wait for.
 */
export const capacityProviderActions: EventSource = {
  source: "aws.ecs",
  collection: serviceRevisions.name,
  toEvents({ before, after }, now) {
    const revision = after as ServiceRevisionRecord | undefined;
    const names = revision?.capacityProviderStrategy?.map(({ capacityProvider }) => capacityProvider) ?? [];
    if (revision === undefined || before !== undefined || names.length === 0) return [];
    const capacityProviderArns = names.map((name) => ecsArn(revision, `capacity-provider/${name}`));
    const eventName = "CAPACITY_PROVIDER_STEADY_STATE";
    const action = { eventType: "INFO", eventName, capacityProviderArns } as const;
    return [toEvent(revision, action, now)];
  },
};

/** The same of service discovery: each task in a registry that is healthy there no more. */
export const registryActions: EventSource = {
  source: "aws.ecs",
  collection: instances.name,
  toEvents(change, now) {
    const [before, after] = [change.before, change.after] as (InstanceRecord | undefined)[];
    const isNew = before?.health === "HEALTHY" && after?.health === "UNHEALTHY";
    // Others than services of ECS may have registered it.
    if (!isNew || after?.owner === undefined) return [];
    const at = serviceNameIn(after.owner);
    const action = {
      eventType: "WARN",
      eventName: "SERVICE_DISCOVERY_INSTANCE_UNHEALTHY",
      serviceRegistryArns: [registryArn({ ...after, id: after.serviceId })],
      taskArns: [taskArn({ ...at, id: after.id })],
    } as const;
    return [toEvent(at, action, now)];
  },
};

function toEvent(at: ServiceName, action: Action, createdAtMs: number): SourcedEvent {
  const createdAt = new Date(createdAtMs).toISOString();
  const detail = { ...action, clusterArn: clusterArn(at, at.clusterName), createdAt };
  return { detailType: "ECS Service Action", resources: [serviceArn(at)], detail };
}

interface Action {
  readonly eventType: "INFO" | "WARN" | "ERROR";
  readonly eventName: string;
  readonly reason?: string;
  readonly taskSetArns?: readonly string[];
  readonly capacityProviderArns?: readonly string[];
  readonly serviceRegistryArns?: readonly string[];
  readonly taskArns?: readonly string[];
}

/** What the scheduler does of itself. That tasks have started is told of when it is for a rebalancing only. */
const doings = {
  TASKS_STARTED: /^\(service [^)]*\) has started \d+ tasks in \S+ to AZ Rebalance: /,
  TASKS_STOPPED: /^\(service [^)]*\) has stopped \d+ running tasks/,
  SERVICE_REBALANCING_STARTED: /^\(service [^)]*\) is not AZ balanced with /,
  SERVICE_REBALANCING_COMPLETED: /^\(service [^)]*\) is AZ balanced with /,
};

function actionOf(message: string, serviceName: string): Action | undefined {
  const words = serviceWords(serviceName);
  if (message === words.steady()) return { eventType: "INFO", eventName: "SERVICE_STEADY_STATE" };
  if (message === words.impaired()) return { eventType: "WARN", eventName: "SERVICE_TASK_START_IMPAIRED" };
  const done = Object.entries(doings).find(([, pattern]) => pattern.test(message));
  if (done !== undefined) return { eventType: "INFO", eventName: done[0] };
  const reason = /^\(service [^)]*\) was unable to place a task.*? Reason: (.*?)(?: For more information, .*)?$/s.exec(
    message,
  );
  if (reason !== null) {
    const told = reason[1]!.startsWith(noFargate) ? "RESOURCE:FARGATE" : reason[1]!;
    return { eventType: "ERROR", eventName: "SERVICE_TASK_PLACEMENT_FAILURE", reason: told };
  }
  const fault = /^\(service [^)]*\) failed to launch a task with \(error (.*)\)\.$/s.exec(message);
  if (fault === null) return undefined;
  return { eventType: "ERROR", eventName: "SERVICE_TASK_CONFIGURATION_FAILURE", reason: fault[1]! };
}
