import type { Controller } from "#kernel/controller.ts";
import { watch } from "#kernel/controller.ts";
import type { Key } from "#kernel/store.ts";
import { type ClusterUsage, clusterUsage } from "../../clusters/usage.ts";
import { type ClusterRecord, clusters } from "../../model/cluster.ts";

/** How long a deleted cluster can still be described. */
const visibleMs = 3_600_000;

/** So long a DeleteCluster may take that finds tasks after all, and undoes it itself. */
const undoMs = 10_000;

/**
 * Forgets deleted clusters. One into which tasks had come before its deletion was through is taken into use again,
 * where DeleteCluster did not live to do so.
 */
export const clusterController: Controller = {
  name: "ecs.cluster",
  watches: [watch(clusters, (entry) => (entry.value.status === "INACTIVE" ? [entry.key] : []))],
  async reconcile(key, ctx) {
    const cluster = await ctx.store.get<ClusterRecord>(key as Key<ClusterRecord>);
    if (cluster.value?.status !== "INACTIVE") return;
    const inactiveAt = cluster.value.inactiveAt ?? 0;
    if (hasTasks(clusterUsage(ctx.store, cluster.value))) {
      if (ctx.clock.now() < inactiveAt + undoMs) return { lookAgainAt: inactiveAt + undoMs };
      const { inactiveAt: _, ...active } = cluster.value;
      await ctx.store.commit({
        unchanged: [cluster],
        put: [{ key: cluster.key, value: { ...active, status: "ACTIVE" } }],
      });
      return;
    }
    const forgetAt = inactiveAt + visibleMs;
    if (ctx.clock.now() < forgetAt) return { lookAgainAt: forgetAt };
    await ctx.store.commit({ unchanged: [cluster], remove: [cluster.key] });
  },
};

function hasTasks({ runningTasksCount, pendingTasksCount, stoppingTasksCount }: ClusterUsage): boolean {
  return runningTasksCount + pendingTasksCount + stoppingTasksCount > 0;
}
