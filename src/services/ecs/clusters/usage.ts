import type { Store } from "#kernel/store.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import { containerInstances } from "../model/container-instance.ts";
import { type ServiceStatus, services } from "../model/service.ts";
import { clusterPath, type LaunchType, type TaskRecord, type TaskStatus, tasks } from "../model/task.ts";
import { launchTypeOf } from "../services/launch-type.ts";

const pendingStatuses: readonly TaskStatus[] = ["PROVISIONING", "PENDING", "ACTIVATING"];
const stoppingStatuses: readonly TaskStatus[] = ["DEACTIVATING", "STOPPING", "DEPROVISIONING"];

/** What a cluster holds at the moment. */
export interface ClusterUsage {
  readonly runningTasksCount: number;
  readonly pendingTasksCount: number;
  /** On their way to STOPPED. */
  readonly stoppingTasksCount: number;
  readonly activeServicesCount: number;
  readonly registeredContainerInstancesCount: number;
}

export function clusterUsage(store: Store, cluster: ClusterRecord): ClusterUsage {
  const view = store.view(tasks);
  const count = (statuses: readonly TaskStatus[]) =>
    statuses.reduce((sum, status) => sum + view.count("status", `${clusterPath(cluster)}/${status}`), 0);
  return {
    runningTasksCount: count(["RUNNING"]),
    pendingTasksCount: count(pendingStatuses),
    stoppingTasksCount: count(stoppingStatuses),
    activeServicesCount: store.view(services).count("cluster", clusterPath(cluster)),
    registeredContainerInstancesCount: store.view(containerInstances).count("cluster", clusterPath(cluster)),
  };
}

/** The counts that DescribeClusters gives by launch type, in the order and with the names of AWS. */
export function clusterStatistics(store: Store, cluster: ClusterRecord): { name: string; value: string }[] {
  const running = tasksIn(store, cluster, ["RUNNING"]);
  const pending = tasksIn(store, cluster, pendingStatuses);
  const of = (list: readonly TaskRecord[], type: LaunchType) => list.filter((task) => task.launchType === type).length;
  const active = servicesIn(store, cluster, "ACTIVE");
  const draining = servicesIn(store, cluster, "DRAINING");
  const counts = {
    runningEC2TasksCount: of(running, "EC2"),
    runningFargateTasksCount: of(running, "FARGATE"),
    pendingEC2TasksCount: of(pending, "EC2"),
    pendingFargateTasksCount: of(pending, "FARGATE"),
    runningExternalTasksCount: of(running, "EXTERNAL"),
    pendingExternalTasksCount: of(pending, "EXTERNAL"),
    activeEC2ServiceCount: active("EC2"),
    activeFargateServiceCount: active("FARGATE"),
    drainingEC2ServiceCount: draining("EC2"),
    drainingFargateServiceCount: draining("FARGATE"),
    activeExternalServiceCount: active("EXTERNAL"),
    drainingExternalServiceCount: draining("EXTERNAL"),
  };
  return Object.entries(counts).map(([name, value]) => ({ name, value: String(value) }));
}

/** The capacity providers that tasks of the cluster which have not stopped came through. */
export function capacityProvidersInUse(store: Store, cluster: ClusterRecord): ReadonlySet<string> {
  const active = tasksIn(store, cluster, [...pendingStatuses, "RUNNING", ...stoppingStatuses]);
  return new Set(active.flatMap((task) => task.capacityProviderName ?? []));
}

function tasksIn(store: Store, cluster: ClusterRecord, statuses: readonly TaskStatus[]): TaskRecord[] {
  const view = store.view(tasks);
  return statuses.flatMap((status) =>
    view.by("status", `${clusterPath(cluster)}/${status}`).map((entry) => entry.value),
  );
}

/** Counts the services of this status by the launch type of what they run; Fargate's capacity providers are FARGATE. */
function servicesIn(store: Store, cluster: ClusterRecord, status: ServiceStatus): (type: LaunchType) => number {
  const found = store.view(services).by("status", `${clusterPath(cluster)}/${status}`);
  const types = found.map(({ value }) => launchTypeOf(store, value));
  return (type) => types.filter((each) => each === type).length;
}
