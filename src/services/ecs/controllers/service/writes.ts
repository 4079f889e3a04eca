import type { Clock } from "#kernel/clock.ts";
import { hex, type Random, uuid } from "#kernel/random.ts";
import type { Commit, Entry, Put, Read, Store } from "#kernel/store.ts";
import { hostsOf } from "../../connect/endpoints.ts";
import { maxServiceEvents, type ServiceEventRecord, type ServiceRecord, serviceEventKey } from "../../model/service.ts";
import { serviceDeploymentKey } from "../../model/service-deployment.ts";
import { changeTask, goesOn, markTask, type TaskRecord, taskKey } from "../../model/task.ts";
import type { TaskDefinitionRecord } from "../../model/task-definition.ts";
import { taskSetKey } from "../../model/task-set.ts";
import type { Tag } from "../../model/world.ts";
import { newTask } from "../../tasks/launch.ts";
import { definitionOf, Places } from "./placing.ts";
import type { ServiceState } from "./state.ts";
import type { ServicePlan, ServiceView, TaskStart } from "./view.ts";
import { type About, serviceWords, stopReasons } from "./words.ts";

/** So little of a controller's context that a simulation has it, too. */
export interface WritesContext {
  readonly store: Pick<Store, "view">;
  readonly clock: Pick<Clock, "now">;
  readonly random: Random;
}

/**
 * The one commit that carries a plan out; undefined when there is nothing to write. It always rewrites the service's
 * record, so that of two plans made at once only one is carried out.
 */
export function toWrites(plan: ServicePlan, state: ServiceState, ctx: WritesContext): Commit | undefined {
  const tasks = changedTasks(plan);
  const { view, service } = state;
  const places = new Places(ctx.store, view.service);
  const starts = plan.start.map((start) => ({ start, tasks: newTasks(start, places, state, ctx) }));
  const started = starts.flatMap((each) => each.tasks);
  const messages = [...plan.events, ...tellBalancing(view, plan), ...tellStopped(plan), ...tellStarted(view, starts)];
  const taskSets = [...plan.taskSets, ...plan.goneTaskSets];
  const changes = [tasks.length, started.length, messages.length, plan.serviceDeployments.length, taskSets.length];
  if (plan.service === view.service && changes.every((count) => count === 0)) return undefined;
  const events = newEvents(plan.service, messages, ctx);
  const next = { ...plan.service, eventSequence: plan.service.eventSequence + messages.length };
  return {
    unchanged: [
      service,
      ...tasks.map(({ entry }) => entry),
      ...countedOn(plan, view),
      ...places.unchanged,
      ...readDeployments(plan, state),
      ...state.taskSets.filter(({ value }) => taskSets.some(({ id }) => id === value.id)),
    ],
    put: [
      { key: service.key, value: next },
      ...tasks.map(({ entry, value }) => ({ key: entry.key, value })),
      ...started.map((task) => ({ key: taskKey(task), value: task })),
      ...places.put,
      ...plan.serviceDeployments.map((value) => ({ key: serviceDeploymentKey(value, value.id), value })),
      ...plan.taskSets.map((value) => ({ key: taskSetKey(value, value.id), value })),
      ...events.put,
    ],
    remove: [...events.remove, ...plan.goneTaskSets.map((value) => taskSetKey(value, value.id))],
  };
}

/** What runs while others are stopped: a plan that one of them does not outlive is made again. */
function countedOn(plan: ServicePlan, { tasks }: ServiceView): readonly Entry<TaskRecord>[] {
  if (plan.stop.length === 0) return [];
  return tasks.filter(({ value }) => goesOn(value));
}

function readDeployments(plan: ServicePlan, state: ServiceState): Read<unknown>[] {
  return plan.serviceDeployments.flatMap(({ id }) => state.serviceDeployments.get(id) ?? []);
}

interface ChangedTask {
  readonly entry: Entry<TaskRecord>;
  readonly value: TaskRecord;
}

/** One task may be told of as unhealthy and stopped in the same plan. */
function changedTasks(plan: ServicePlan): ChangedTask[] {
  const changed = new Map<string, ChangedTask>();
  const change = (entry: Entry<TaskRecord>, toNext: (task: TaskRecord) => TaskRecord) => {
    const { value } = changed.get(entry.key) ?? entry;
    changed.set(entry.key, { entry, value: toNext(value) });
  };
  for (const { task, reason } of plan.stop) {
    const stopped = { desiredStatus: "STOPPED", stopCode: "ServiceSchedulerInitiated", stoppedReason: reason } as const;
    change(task, (value) => changeTask(value, { ...stopped, service: { ...value.service!, accounted: true } }));
  }
  for (const task of plan.accounted) {
    change(task, (value) => markTask(value, { ...value.service!, accounted: true }));
  }
  for (const task of plan.unhealthy) {
    change(task, (value) => markTask(value, { ...value.service!, unhealthySince: plan.now }));
  }
  return [...changed.values()];
}

/** On container instances as many as there is room for: the others are wanted still, and the next plan says so. */
function newTasks(
  { rollout, capacities }: TaskStart,
  places: Places,
  { view }: ServiceState,
  ctx: WritesContext,
): TaskRecord[] {
  const revision = view.revisions.get(rollout.revisionId)!;
  const definition = definitionOf(ctx.store, revision)!;
  const { networkConfiguration, defaultSecurityGroups } = revision;
  const network = networkConfiguration && {
    ...networkConfiguration,
    ...(defaultSecurityGroups && { securityGroups: defaultSecurityGroups }),
  };
  const taskSetExternalId = view.taskSets.find(({ id }) => id === rollout.id)?.externalId;
  const { serviceConnect: connect } = revision;
  const serviceConnect = connect && {
    namespaceId: connect.namespaceId,
    hosts: hostsOf(ctx.store, view.service, connect),
  };
  const instances = places.take(revision, capacities.length);
  return capacities.slice(0, instances?.length).map((capacity, i) =>
    newTask({
      world: { account: view.service.account, region: view.service.region },
      clusterName: view.service.clusterName,
      definition,
      capacity,
      ...(instances && { instance: instances[i]! }),
      ...(revision.platformVersion && { platformVersion: revision.platformVersion }),
      ...(network && { awsvpcConfiguration: network }),
      ...(serviceConnect && { serviceConnect }),
      overrides: { containerOverrides: [] },
      group: `service:${view.service.serviceName}`,
      startedBy: rollout.id,
      service: {
        serviceName: view.service.serviceName,
        deploymentId: rollout.id,
        revisionId: revision.id,
        ...(taskSetExternalId !== undefined && { taskSetExternalId }),
      },
      enableExecuteCommand: view.service.enableExecuteCommand,
      tags: tagsOf(view.service, definition),
      now: view.now,
      id: hex(ctx.random, 32),
      newUuid: () => uuid(ctx.random),
    }),
  );
}

function tagsOf(service: ServiceRecord, definition: TaskDefinitionRecord): Tag[] {
  const tags = new Map<string, string>();
  const source = service.propagateTags === "SERVICE" ? service.tags : definition.tags;
  if (service.propagateTags !== "NONE") for (const { key, value } of source) tags.set(key, value);
  if (service.enableECSManagedTags) {
    tags.set("aws:ecs:clusterName", service.clusterName);
    tags.set("aws:ecs:serviceName", service.serviceName);
  }
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** Messages name at most so many tasks each, so that none grows without end. */
const tasksInMessage = 25;

function tellStarted(
  { service }: ServiceView,
  starts: readonly { readonly start: TaskStart; readonly tasks: readonly TaskRecord[] }[],
): string[] {
  const told = starts.flatMap(({ start: { replacements }, tasks }) =>
    tasks.map((task, i) => ({ id: task.id, about: taskSetOf(service, task), replaces: i < replacements })),
  );
  return tellTasks(told, serviceWords(service.serviceName).started);
}

export function tellStopped({ service, stop }: Pick<ServicePlan, "service" | "stop">): string[] {
  const told = stop.map(({ task: { value: task }, reason }) => {
    const isSurplus = reason === stopReasons.surplus(task.service!.deploymentId);
    // Once what a rebalancing has started is healthy, what is beyond the desired count goes.
    const zone = service.rebalancing === 0 && isSurplus ? task.availabilityZone : undefined;
    const pending = task.lastStatus !== "RUNNING";
    return { id: task.id, about: { ...taskSetOf(service, task), ...(zone !== undefined && { zone }), pending } };
  });
  return tellTasks(told, serviceWords(service.serviceName).stopped);
}

/** What a rebalancing has started beyond the desired count, once all is healthy: the newest tasks. */
export function tellBalancing(
  view: Pick<ServiceView, "service" | "tasks">,
  plan: Pick<ServicePlan, "service">,
): string[] {
  const { rebalancing: extra = 0, serviceName } = view.service;
  if (extra === 0 || plan.service.rebalancing !== 0) return [];
  const newest = view.tasks
    .map(({ value }) => value)
    .filter(({ desiredStatus }) => desiredStatus === "RUNNING")
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .slice(0, extra);
  const told = newest.map(({ id, availabilityZone: zone }) => ({ id, about: { ...(zone !== undefined && { zone }) } }));
  return tellTasks(told, serviceWords(serviceName).startedToBalance);
}

/** With the EXTERNAL controller each message is about one task set. */
function taskSetOf({ deploymentController }: ServiceRecord, task: TaskRecord): About {
  return deploymentController === "EXTERNAL" ? { taskSetId: task.service!.deploymentId } : {};
}

interface Told {
  readonly id: string;
  readonly about: About;
  /** It takes the place of an unhealthy one. */
  readonly replaces?: boolean;
}

type Words = (taskIds: readonly string[], about: About, replacements: number) => string;

function tellTasks(tasks: readonly Told[], words: Words): string[] {
  const groups = Map.groupBy(tasks, ({ about }) => `${about.taskSetId} ${about.zone} ${about.pending}`);
  return [...groups.values()].flatMap((own) =>
    pieces(own, tasksInMessage).map((each) =>
      words(
        each.map(({ id }) => id),
        own[0]!.about,
        each.filter(({ replaces }) => replaces).length,
      ),
    ),
  );
}

function pieces<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** The records of these messages, and the keys of those that they push out. */
export function newEvents(
  service: ServiceRecord,
  messages: readonly string[],
  { clock, random }: WritesContext,
): { put: Put[]; remove: string[] } {
  const first = service.eventSequence;
  const put = messages.map((message, i) => {
    const value: ServiceEventRecord = { id: uuid(random), createdAt: clock.now(), message };
    return { key: serviceEventKey(service, first + i), value };
  });
  const remove = messages.flatMap((_, i) => {
    const old = first + i - maxServiceEvents;
    return old < 0 ? [] : [serviceEventKey(service, old)];
  });
  // Of more messages than are kept, the first are pushed out by the last.
  const pushedOut = new Set(remove);
  return { put: put.filter(({ key }) => !pushedOut.has(key)), remove };
}
