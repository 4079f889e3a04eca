import { resolveConfiguration, resolveSettings } from "../clusters/configuration.ts";
import { changedClusterFields, toCluster } from "../clusters/output.ts";
import { resolveDefaults } from "../connect/defaults.ts";
import type { ClusterRecord } from "../model/cluster.ts";
import { requireCluster } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

/** What is given replaces what was; the rest stays. */
export const UpdateCluster: EcsHandler<"UpdateCluster"> = async (input, ctx) => {
  const cluster = await requireCluster(ctx, input.cluster);
  const configuration = resolveConfiguration(input.configuration) ?? cluster.value.configuration;
  const { serviceConnectNamespace: _before, ...rest } = cluster.value;
  const { defaults, writes } = await resolveDefaults(ctx, input.serviceConnectDefaults, cluster.value);
  const updated: ClusterRecord = {
    ...rest,
    ...(defaults.serviceConnectNamespace && { serviceConnectNamespace: defaults.serviceConnectNamespace }),
    settings: resolveSettings(input.settings ?? [], cluster.value.settings[0]?.value ?? "disabled"),
    ...(configuration && { configuration }),
  };
  await ctx.store.commit({
    unchanged: [cluster, ...writes.unchanged],
    put: [{ key: cluster.key, value: updated }, ...writes.put],
  });
  return { cluster: toCluster(ctx.store, updated, changedClusterFields) };
};
