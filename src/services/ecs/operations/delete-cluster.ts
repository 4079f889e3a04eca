import type { RequestContext } from "#kernel/handler.ts";
import type { Read } from "#kernel/store.ts";
import { changedClusterFields, toCluster } from "../clusters/output.ts";
import { clusterUsage } from "../clusters/usage.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** Takes an empty cluster out of use. It stays visible as INACTIVE for a while. */
export const DeleteCluster: EcsHandler<"DeleteCluster"> = async (input, ctx) => {
  const cluster = await requireCluster(ctx, input.cluster);
  requireEmpty(ctx, cluster.value);
  const inactive: ClusterRecord = { ...cluster.value, status: "INACTIVE", inactiveAt: ctx.clock.now() };
  await ctx.store.commit({ unchanged: [cluster], put: [{ key: cluster.key, value: inactive }] });
  await undoUnlessEmpty(ctx, cluster.value, await ctx.store.get(cluster.key));
  return { cluster: toCluster(ctx.store, inactive, changedClusterFields) };
};

/** A task may have come between the count and the commit: from here on none can, so that this count is the last. */
async function undoUnlessEmpty(
  ctx: RequestContext,
  active: ClusterRecord,
  inactive: Read<ClusterRecord>,
): Promise<void> {
  try {
    requireEmpty(ctx, active);
  } catch (fault) {
    await ctx.store.commit({ unchanged: [inactive], put: [{ key: inactive.key, value: active }] });
    throw fault;
  }
}

function requireEmpty(ctx: RequestContext, cluster: ClusterRecord): void {
  const usage = clusterUsage(ctx.store, cluster);
  const refuse = (kind: string, words: string) =>
    ctx.fault(`ClusterContains${kind}Exception`, `The Cluster cannot be deleted while ${words} are active.`);
  if (usage.registeredContainerInstancesCount > 0) throw refuse("ContainerInstances", "Container Instances");
  if (usage.activeServicesCount > 0) throw refuse("Services", "Services");
  if (usage.runningTasksCount + usage.pendingTasksCount + usage.stoppingTasksCount > 0) throw refuse("Tasks", "Tasks");
}
