import type { Commit, Entry, Put, Read } from "#kernel/store.ts";
import type { PlacedInstance, SchedulerView, SubnetCandidate } from "../controllers/scheduler/plan.ts";
import type { ServiceState, Surroundings } from "../controllers/service/state.ts";
import type { HostRecord } from "../model/host.ts";
import { type ServiceRecord, type ServiceRevisionRecord, serviceKey, serviceRevisionKey } from "../model/service.ts";
import { type ServiceDeploymentRecord, serviceDeploymentKey } from "../model/service-deployment.ts";
import { type TaskRecord, taskKey, tasks } from "../model/task.ts";

/** A copy of what the scheduler of a service sees and writes: plain objects in memory, with a time of their own. */
export interface Fork {
  now: number;
  service: ServiceRecord;
  readonly revisions: Map<string, ServiceRevisionRecord>;
  readonly serviceDeployments: Map<string, ServiceDeploymentRecord>;
  /** By their keys: those that the scheduler looks at (`tasks.indexes.service`). */
  readonly tasks: Map<string, TaskRecord>;
  readonly hosts: ForkedHost[];
  /** By their ids. `freeAddresses` as it is without the service's own tasks. */
  readonly subnets: Map<string, Omit<SubnetCandidate, "zoneTasks">>;
  /** Task id -> the subnet of its interface. */
  readonly interfaces: Map<string, string>;
  /** What load balancers have found out of tasks in the play, by their ids. */
  readonly targets: Map<string, "healthy" | "unhealthy">;
  /** The container instance that a task has been given. */
  readonly instanceOf: (task: TaskRecord) => PlacedInstance | undefined;
  readonly surroundings: Omit<Surroundings, "now" | "newDeploymentId">;
}

export interface ForkedHost {
  readonly entry: Entry<HostRecord>;
  /** Tasks that are not the service's. */
  readonly otherTasks: number;
}

/** As `readServiceState` would read it. `newDeploymentId`: should one have to be made. */
export function stateOf(fork: Fork, newDeploymentId: string): ServiceState {
  const { service, revisions, serviceDeployments, now } = fork;
  const wanted = new Set(service.deployments.map(({ serviceDeploymentId }) => serviceDeploymentId));
  const histories = [...serviceDeployments].filter(([id]) => wanted.has(id));
  const entries = [...fork.tasks].map(([key, value]) => entryOf(key, value));
  return {
    view: {
      ...fork.surroundings,
      ...{ now, newDeploymentId, service, revisions },
      serviceDeployments: new Map(histories),
      // Services with task sets are not played: others decide what becomes of them.
      taskSets: [],
      tasks: entries.sort((one, other) => (one.key < other.key ? -1 : 1)),
    },
    service: entryOf(serviceKey(service), service),
    taskSets: [],
    serviceDeployments: new Map(
      histories.map(([id, value]): [string, Read<ServiceDeploymentRecord>] => [
        id,
        entryOf(serviceDeploymentKey(service, id), value),
      ]),
    ),
  };
}

function entryOf<T>(key: string, value: T): Entry<T> {
  return { key, value, modRevision: 1, createRevision: 1 };
}

/** Carries out what a controller, or an operation, would have committed. Records of other kinds are left out. */
export function apply(fork: Fork, commit: Commit): void {
  for (const put of commit.put ?? []) applyPut(fork, put);
}

function applyPut(fork: Fork, { key, value }: Put): void {
  if (key === serviceKey(fork.service)) fork.service = value as ServiceRecord;
  else if (key.startsWith(`${tasks.name}/`)) setTask(fork, value as TaskRecord);
  else if (key === serviceDeploymentKey(fork.service, (value as ServiceDeploymentRecord).id)) {
    const deployment = value as ServiceDeploymentRecord;
    fork.serviceDeployments.set(deployment.id, deployment);
  } else if (key === serviceRevisionKey(fork.service, (value as ServiceRevisionRecord).id)) {
    const revision = value as ServiceRevisionRecord;
    fork.revisions.set(revision.id, revision);
  }
}

/** One that has stopped and is accounted for is forgotten, as the view of the scheduler does. */
export function setTask(fork: Fork, task: TaskRecord): void {
  const key = taskKey(task);
  if (tasks.indexes!.service!(task) === undefined) fork.tasks.delete(key);
  else fork.tasks.set(key, task);
  if (task.lastStatus === "STOPPED") fork.interfaces.delete(task.id);
}

/** Where the service's own tasks are, counted once for many placements. */
export interface Whereabouts {
  readonly onHost: Map<string, number>;
  readonly inZone: Map<string, number>;
  readonly inSubnet: Map<string, number>;
}

export function whereabouts(fork: Fork): Whereabouts {
  const found: Whereabouts = { onHost: new Map(), inZone: new Map(), inSubnet: new Map() };
  for (const task of fork.tasks.values()) {
    if (task.hostId !== undefined && task.lastStatus !== "STOPPED") noteTask(found, task, fork.interfaces.get(task.id));
  }
  return found;
}

export function noteTask({ onHost, inZone, inSubnet }: Whereabouts, task: TaskRecord, subnetId?: string): void {
  const { hostId, availabilityZone: zone, desiredStatus } = task;
  if (hostId !== undefined) onHost.set(hostId, (onHost.get(hostId) ?? 0) + 1);
  if (zone !== undefined && desiredStatus !== "STOPPED") inZone.set(zone, (inZone.get(zone) ?? 0) + 1);
  if (subnetId !== undefined) inSubnet.set(subnetId, (inSubnet.get(subnetId) ?? 0) + 1);
}

/** What the scheduler sees when it places a task of the service. */
export function schedulerViewOf(
  fork: Fork,
  task: TaskRecord,
  { onHost, inZone, inSubnet }: Whereabouts,
): SchedulerView {
  const instance = fork.instanceOf(task);
  const others = new Map(fork.hosts.map(({ entry, otherTasks }) => [entry.value.registration.hostId, otherTasks]));
  return {
    hosts: fork.hosts.map(({ entry }) => entry),
    ...(instance && { instance }),
    tasksOn: (hostId) => (others.get(hostId) ?? 0) + (onHost.get(hostId) ?? 0),
    subnets: (task.awsvpcConfiguration?.subnets ?? []).flatMap((id): SubnetCandidate[] => {
      const subnet = fork.subnets.get(id);
      if (subnet === undefined) return [];
      const freeAddresses = subnet.freeAddresses - (inSubnet.get(id) ?? 0);
      return [{ ...subnet, freeAddresses, zoneTasks: inZone.get(subnet.availabilityZone) ?? 0 }];
    }),
  };
}
