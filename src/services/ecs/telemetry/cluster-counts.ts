import type { Measurement } from "#kernel/metric-sink.ts";
import type { Store } from "#kernel/store.ts";
import { clusterUsage } from "../clusters/usage.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import { containerInstances } from "../model/container-instance.ts";
import { type ServiceRecord, services } from "../model/service.ts";
import { clusterPath, type TaskRecord, tasks } from "../model/task.ts";
import { taskSets } from "../model/task-set.ts";
import { isPending, isRunning } from "../services/output-parts.ts";
import { type Amounts, reservedFor } from "../tasks/reserved.ts";

type Views = Pick<Store, "view">;
type ClusterName = Pick<ClusterRecord, "account" | "region" | "clusterName">;

/** What the EC2 instances of a cluster have for tasks, all or those of one host; 0 without any. */
export function registeredWith(store: Views, cluster: ClusterName, hostId?: string): Amounts {
  let [cpuUnits, memoryMiB] = [0, 0];
  for (const { value } of store.view(containerInstances).by("cluster", clusterPath(cluster))) {
    if (value.launchType !== "EC2" || (hostId !== undefined && value.hostId !== hostId)) continue;
    cpuUnits += value.cpu;
    memoryMiB += value.memoryMiB;
  }
  return { cpuUnits, memoryMiB };
}

/** The tasks that run on a cluster's container instances. */
function onInstances(store: Views, cluster: ClusterRecord): TaskRecord[] {
  return store
    .view(tasks)
    .by("status", `${clusterPath(cluster)}/RUNNING`)
    .map(({ value }) => value)
    .filter(({ launchType }) => launchType === "EC2");
}

/** CPUReservation and MemoryReservation in `AWS/ECS`: of clusters with container instances. */
export function clusterReservation(store: Views, cluster: ClusterRecord): Measurement[] {
  const { account, region, clusterName } = cluster;
  const registered = registeredWith(store, cluster);
  const running = onInstances(store, cluster);
  if (running.length === 0) return [];
  const reserved = running.map(reservedFor);
  const common = { account, region, namespace: "AWS/ECS", dimensions: { ClusterName: clusterName }, unit: "Percent" };
  return (["cpuUnits", "memoryMiB"] as const).flatMap((amount): Measurement[] => {
    if (registered[amount] === 0) return [];
    const value = (reserved.reduce((sum, each) => sum + each[amount], 0) / registered[amount]) * 100;
    const metricName = amount === "cpuUnits" ? "CPUReservation" : "MemoryReservation";
    return [{ ...common, metricName, values: [{ value, count: 1 }] }];
  });
}

/** The counts of Container Insights: of a cluster, and of each of its services. */
export function insightsCounts(store: Store, cluster: ClusterRecord): Measurement[] {
  const { account, region, clusterName: ClusterName } = cluster;
  const measure = (metricName: string, value: number, dimensions: Measurement["dimensions"]): Measurement => ({
    ...{ account, region, namespace: "ECS/ContainerInsights", metricName, unit: "Count", dimensions },
    values: [{ value, count: 1 }],
  });
  const usage = clusterUsage(store, cluster);
  const inUse = new Set(onInstances(store, cluster).map(({ containerInstanceArn }) => containerInstanceArn));
  const ofService = (service: ServiceRecord) => {
    const dimensions = { ClusterName, ServiceName: service.serviceName };
    const path = `${clusterPath(cluster)}/${service.serviceName}`;
    const own = store.view(tasks).by("service", path);
    return [
      measure("DesiredTaskCount", service.desiredCount, dimensions),
      measure("RunningTaskCount", own.filter(({ value }) => isRunning(value)).length, dimensions),
      measure("PendingTaskCount", own.filter(({ value }) => isPending(value)).length, dimensions),
      measure("DeploymentCount", service.deployments.length, dimensions),
      measure("TaskSetCount", store.view(taskSets).count("service", path), dimensions),
    ];
  };
  return [
    measure("TaskCount", usage.runningTasksCount, { ClusterName }),
    measure("ServiceCount", usage.activeServicesCount, { ClusterName }),
    ...(inUse.size > 0 ? [measure("ContainerInstanceCount", inUse.size, { ClusterName })] : []),
    ...store
      .view(services)
      .by("cluster", clusterPath(cluster))
      .flatMap(({ value }) => ofService(value)),
  ];
}
