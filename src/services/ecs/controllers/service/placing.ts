import { parseArn } from "#kernel/arn.ts";
import { type Entry, eachOnce, type Put, type Store } from "#kernel/store.ts";
import { type PlacementRequest, serviceDefault } from "#placement/index.ts";
import { fittingInstances, fittingZones, type InstancePool, instancePool } from "../../clusters/instance-pool.ts";
import { type ContainerInstanceRecord, containerInstances, instanceKeyOfArn } from "../../model/container-instance.ts";
import type { ServiceRecord, ServiceRevisionRecord } from "../../model/service.ts";
import type { TaskRecord } from "../../model/task.ts";
import { type TaskDefinitionRecord, taskDefinitionKey, taskDefinitions } from "../../model/task-definition.ts";
import type { TaskInstance } from "../../tasks/launch.ts";
import { placementRequest } from "../../tasks/needs.ts";
import { zonesOfSubnets } from "../../tasks/network.ts";
import { type PlacedTasks, placeTasks } from "../../tasks/place.ts";
import type { TaskPlacement } from "../../tasks/placement.ts";
import type { TaskPlace } from "./view.ts";

type Views = Pick<Store, "view">;

/** Where tasks of a revision may go, and what each asks. */
export interface ServicePlacing {
  readonly pool: InstancePool;
  readonly request: PlacementRequest;
}

/** Of a revision whose tasks run on container instances; undefined on Fargate, and without its task definition. */
export function servicePlacing(
  store: Views,
  service: ServiceRecord,
  revision: ServiceRevisionRecord,
): ServicePlacing | undefined {
  const launchType = instancesOf(revision);
  const request = requestOf(store, service, revision);
  if (launchType === undefined || request === undefined) return undefined;
  return { pool: newPool(store, service, launchType), request };
}

/** The places of the tasks that one plan starts, which take their room one after the other. */
export class Places {
  readonly #store: Views;
  readonly #service: ServiceRecord;
  readonly #pools = new Map<"EC2" | "EXTERNAL", InstancePool>();
  readonly #placed: PlacedTasks[] = [];

  constructor(store: Views, service: ServiceRecord) {
    this.#store = store;
    this.#service = service;
  }

  /** As many of `count` as there is room for; undefined: they need no container instances. */
  take(revision: ServiceRevisionRecord, count: number): readonly TaskInstance[] | undefined {
    const launchType = instancesOf(revision);
    const request = requestOf(this.#store, this.#service, revision);
    if (launchType === undefined || request === undefined) return undefined;
    const pool = this.#pools.get(launchType) ?? newPool(this.#store, this.#service, launchType);
    this.#pools.set(launchType, pool);
    const placed = placeTasks(pool, request, count);
    this.#placed.push(placed);
    return placed.places;
  }

  /** The container instances that have been given tasks, as they were. */
  get unchanged(): readonly Entry<ContainerInstanceRecord>[] {
    return [...new Set(this.#placed.flatMap(({ unchanged }) => unchanged))];
  }

  /** And as they are then. */
  get put(): readonly Put[] {
    return eachOnce(this.#placed.flatMap(({ put }) => put));
  }
}

/** The instances of a cluster that could take a task of a revision if they had none: those that daemons run on. */
export function daemonInstances(store: Views, service: ServiceRecord, revision: ServiceRevisionRecord): string[] {
  const launchType = instancesOf(revision);
  const request = service.schedulingStrategy === "DAEMON" ? requestOf(store, service, revision) : undefined;
  if (launchType === undefined || request === undefined) return [];
  return fittingInstances(store, service, launchType, request).map((each) => each.containerInstanceArn);
}

/**
 * The zones that tasks of a revision may be in, sorted: those of its subnets; on container instances those in which one
 * could take such a task.
 */
export function zonesOf(store: Views, service: ServiceRecord, revision: ServiceRevisionRecord): string[] {
  const launchType = instancesOf(revision);
  if (launchType === undefined) {
    return zonesOfSubnets(store, revision, revision.networkConfiguration?.subnets ?? []);
  }
  const request = requestOf(store, service, revision);
  return request === undefined ? [] : fittingZones(store, service, launchType, request);
}

function instancesOf({ launchType }: ServiceRevisionRecord): "EC2" | "EXTERNAL" | undefined {
  return launchType === "EC2" || launchType === "EXTERNAL" ? launchType : undefined;
}

function newPool(store: Views, service: ServiceRecord, launchType: "EC2" | "EXTERNAL"): InstancePool {
  return instancePool(store, service, launchType, {
    // What the strategy `random` draws is the same each time, so that one view has one plan.
    random: { float: () => 0.5 },
    // A daemon comes where its predecessor has left for good (`planDaemons`).
    leavingCount: service.schedulingStrategy === "DAEMON",
  });
}

function requestOf(store: Views, service: ServiceRecord, revision: ServiceRevisionRecord) {
  const definition = definitionOf(store, revision);
  if (definition === undefined) return undefined;
  const { networkConfiguration } = revision;
  const zones = networkConfiguration && zonesOfSubnets(store, revision, networkConfiguration.subnets);
  return placementRequest({
    ...{ definition, overrides: { containerOverrides: [] }, group: `service:${service.serviceName}` },
    ...{ placement: placementOf(service), fallback: serviceDefault },
    ...(zones && { zones }),
  });
}

/** Tells whether the container instance of a task drains. */
export function isDrainingIn(store: Views): (task: TaskRecord) => boolean {
  return (task) => {
    const arn = task.containerInstanceArn;
    if (arn === undefined) return false;
    return store.view(containerInstances).get(instanceKeyOfArn(task, arn))?.value.status === "DRAINING";
  };
}

/** Tells the container instances of tasks of a service. The first question looks at all instances of the cluster. */
export function taskPlaces(store: Views, service: ServiceRecord): (task: TaskRecord) => TaskPlace | undefined {
  const pools = new Map<string, InstancePool["pool"]>();
  return ({ launchType, containerInstanceArn: arn }) => {
    if (arn === undefined || launchType === "FARGATE") return undefined;
    const pool = pools.get(launchType) ?? newPool(store, service, launchType).pool;
    pools.set(launchType, pool);
    const id = arn.slice(arn.lastIndexOf("/") + 1);
    const instance = pool.instance(id);
    if (instance === undefined) return undefined;
    const { cpu, memoryMiB } = pool.room(id);
    return { id, attributes: instance.attributes, cpu, memoryMiB };
  };
}

/** Daemons are one an instance, whatever else is asked. */
function placementOf({ schedulingStrategy, placementConstraints, placementStrategy }: ServiceRecord): TaskPlacement {
  const own = schedulingStrategy === "DAEMON" ? [{ type: "distinctInstance" } as const] : [];
  return { placementConstraints: [...placementConstraints, ...own], placementStrategy };
}

/** The task definition of a revision. */
export function definitionOf(store: Views, revision: ServiceRevisionRecord): TaskDefinitionRecord | undefined {
  const [family = "", number = ""] = parseArn(revision.taskDefinitionArn)?.resource.split("/")[1]?.split(":") ?? [];
  return store.view(taskDefinitions).get(taskDefinitionKey(revision, family, Number(number)))?.value;
}
