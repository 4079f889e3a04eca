import { resolveCapacityProviders } from "../clusters/capacity-providers.ts";
import { changedClusterFields, toCluster } from "../clusters/output.ts";
import { capacityProvidersInUse } from "../clusters/usage.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** Replaces the cluster's providers and its default strategy. A provider stays while tasks run through it. */
export const PutClusterCapacityProviders: EcsHandler<"PutClusterCapacityProviders"> = async (input, ctx) => {
  const cluster = await requireCluster(ctx, input.cluster);
  const capacity = resolveCapacityProviders(input.capacityProviders, input.defaultCapacityProviderStrategy);
  const inUse = capacityProvidersInUse(ctx.store, cluster.value);
  const removed = cluster.value.capacityProviders.filter((name) => !capacity.capacityProviders.includes(name));
  if (removed.some((name) => inUse.has(name))) {
    throw ctx.fault("ResourceInUseException", "The specified capacity provider is in use and cannot be removed.");
  }
  const updated: ClusterRecord = { ...cluster.value, ...capacity };
  await ctx.store.commit({ unchanged: [cluster], put: [{ key: cluster.key, value: updated }] });
  return { cluster: toCluster(ctx.store, updated, changedClusterFields) };
};
