import type { Cluster, ClusterField } from "#generated/ecs/types.ts";
import type { Store } from "#kernel/store.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import { clusterStatistics, clusterUsage } from "./usage.ts";

/** What the answers to CreateCluster and its like show besides the cluster itself. */
export const changedClusterFields: readonly ClusterField[] = ["CONFIGURATIONS", "SETTINGS", "TAGS"];

/** The record as the API shows it. What was not asked for is there, but empty, as AWS has it. */
export function toCluster(store: Store, cluster: ClusterRecord, include: readonly ClusterField[]): Cluster {
  const usage = clusterUsage(store, cluster);
  const asked = new Set(include);
  return {
    clusterArn: cluster.clusterArn,
    clusterName: cluster.clusterName,
    status: cluster.status,
    registeredContainerInstancesCount: usage.registeredContainerInstancesCount,
    runningTasksCount: usage.runningTasksCount,
    pendingTasksCount: usage.pendingTasksCount,
    activeServicesCount: usage.activeServicesCount,
    statistics: asked.has("STATISTICS") ? clusterStatistics(store, cluster) : [],
    tags: asked.has("TAGS") ? cluster.tags : [],
    settings: asked.has("SETTINGS") ? cluster.settings : [],
    ...(asked.has("CONFIGURATIONS") && cluster.configuration && { configuration: cluster.configuration }),
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: cluster.defaultCapacityProviderStrategy,
    ...(asked.has("ATTACHMENTS") && { attachments: [] }),
    ...(cluster.serviceConnectNamespace && { serviceConnectDefaults: { namespace: cluster.serviceConnectNamespace } }),
  };
}
