import { resolveSettings } from "../clusters/configuration.ts";
import { changedClusterFields, toCluster } from "../clusters/output.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const UpdateClusterSettings: EcsHandler<"UpdateClusterSettings"> = async (input, ctx) => {
  if (input.settings.length === 0)
    throw ctx.fault("InvalidParameterException", "settings should not be null or empty.");
  const cluster = await requireCluster(ctx, input.cluster);
  const updated: ClusterRecord = {
    ...cluster.value,
    settings: resolveSettings(input.settings, cluster.value.settings[0]?.value ?? "disabled"),
  };
  await ctx.store.commit({ unchanged: [cluster], put: [{ key: cluster.key, value: updated }] });
  return { cluster: toCluster(ctx.store, updated, changedClusterFields) };
};
