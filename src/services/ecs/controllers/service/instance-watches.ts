import { type ControllerWatch, watch } from "#kernel/controller.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { attributes } from "../../model/attribute.ts";
import { type ContainerInstanceRecord, containerInstances } from "../../model/container-instance.ts";
import { type ServiceRecord, serviceKeysOf, services } from "../../model/service.ts";
import { clusterPath, type TaskRecord, tasks } from "../../model/task.ts";
import { launchTypeOf } from "../../services/launch-type.ts";

type Views = Pick<Store, "view">;
type Cluster = World & { readonly clusterName: string };

/**
 * Which services container instances concern: those with a daemon on each, those with tasks on one whose state has
 * changed, those that wait for room, and those that a new zone may bring out of balance.
 */
export const instanceWatches: readonly ControllerWatch[] = [
  watch(
    containerInstances,
    ({ value }, store) => [
      ...new Set([
        ...activeIn(store, value)
          .filter(followsInstance(store, value))
          .map(({ key }) => key),
        ...waitingIn(store, value),
        ...servicesOn(store, value),
      ]),
    ],
    hasChanged,
  ),
  watch(attributes, ({ value }, store) => [...daemonsIn(store, value), ...waitingIn(store, value)]),
  watch(
    tasks,
    ({ value }, store) => (value.containerInstanceArn === undefined ? [] : waitingIn(store, value)),
    makesRoom,
  ),
];

/** Whoever places a task on an instance rewrites its record, too: that makes no room. */
function hasChanged(before: ContainerInstanceRecord | undefined, after: ContainerInstanceRecord | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  const parts = ["status", "agentConnected", "cpu", "memoryMiB", "attributes"] as const;
  return parts.some((part) => before[part] !== after[part]);
}

/** What a task takes is free when it has stopped; an instance is distinct without it when it is told to stop. */
function makesRoom(before: TaskRecord | undefined, after: TaskRecord | undefined): boolean {
  return (["lastStatus", "desiredStatus"] as const).some(
    (of) => before?.[of] !== "STOPPED" && after?.[of] === "STOPPED",
  );
}

function daemonsIn(store: Views, cluster: Cluster): string[] {
  return activeIn(store, cluster)
    .filter(({ value }) => isDaemon(value))
    .map(({ key }) => key);
}

function activeIn(store: Views, cluster: Cluster): readonly Entry<ServiceRecord>[] {
  return store.view(services).by("status", `${clusterPath(cluster)}/ACTIVE`);
}

function isDaemon({ schedulingStrategy }: ServiceRecord): boolean {
  return schedulingStrategy === "DAEMON";
}

/** Daemons run on every instance; with one that can take tasks there may be a zone to balance services over. */
function followsInstance(store: Views, { status, agentConnected, launchType }: ContainerInstanceRecord) {
  const mayTakeTasks = status === "ACTIVE" && agentConnected;
  return ({ value }: Entry<ServiceRecord>): boolean => {
    if (isDaemon(value)) return true;
    const balances = value.availabilityZoneRebalancing === "ENABLED" && value.desiredCount > 1;
    return mayTakeTasks && balances && launchTypeOf(store, value) === launchType;
  };
}

/** So many services look at once whether what has become free is for them; others try again at their pace. */
const mostWoken = 20;

function waitingIn(store: Views, cluster: Cluster): string[] {
  return store
    .view(services)
    .by("waiting", clusterPath(cluster), { limit: mostWoken })
    .map(({ key }) => key);
}

function servicesOn(store: Views, { containerInstanceArn }: ContainerInstanceRecord): string[] {
  return store
    .view(tasks)
    .by("instance", containerInstanceArn)
    .flatMap(({ value }) => serviceKeysOf(value));
}
