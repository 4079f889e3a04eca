import { isDeepStrictEqual } from "node:util";
import type { CreateClusterRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { resolveCapacityProviders } from "../clusters/capacity-providers.ts";
import { resolveConfiguration, resolveSettings } from "../clusters/configuration.ts";
import { changedClusterFields, toCluster } from "../clusters/output.ts";
import { resolveDefaults } from "../connect/defaults.ts";
import { type ClusterRecord, clusterArn, clusterKey, defaultClusterName } from "../model/cluster.ts";
import { effectiveSetting, settingPrincipal } from "../settings/settings.ts";
import { newTags } from "../tags/tags.ts";
import type { EcsHandler } from "./handler.ts";

/** Makes a cluster, or answers with the one that is there when it is as wanted. */
export const CreateCluster: EcsHandler<"CreateCluster"> = async (input, ctx) => {
  const clusterName = input.clusterName ?? defaultClusterName;
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(clusterName)) {
    throw ctx.fault("InvalidParameterException", "Cluster name contains invalid characters.");
  }
  const { defaults, writes } = await resolveDefaults(ctx, input.serviceConnectDefaults);
  const wanted = { ...(await newCluster(input, ctx, clusterName)), ...defaults };
  const existing = await ctx.store.get(clusterKey(ctx, clusterName));
  if (existing.value === undefined || existing.value.status === "INACTIVE") {
    await ctx.store.commit({
      unchanged: [existing, ...writes.unchanged],
      put: [{ key: existing.key, value: wanted }, ...writes.put],
    });
    return { cluster: toCluster(ctx.store, wanted, changedClusterFields) };
  }
  if (!isAsWanted(existing.value, wanted, input)) {
    throw ctx.fault(
      "InvalidParameterException",
      "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    );
  }
  return { cluster: toCluster(ctx.store, existing.value, changedClusterFields) };
};

async function newCluster(
  input: CreateClusterRequest,
  ctx: RequestContext,
  clusterName: string,
): Promise<ClusterRecord> {
  const principal = settingPrincipal(ctx, ctx.caller, undefined);
  const insights = await effectiveSetting(ctx.store, ctx, principal, "containerInsights");
  const configuration = resolveConfiguration(input.configuration);
  return {
    account: ctx.account,
    region: ctx.region,
    clusterName,
    clusterArn: clusterArn(ctx, clusterName),
    status: "ACTIVE",
    settings: resolveSettings(input.settings ?? [], insights.value),
    ...(configuration && { configuration }),
    ...resolveCapacityProviders(input.capacityProviders, input.defaultCapacityProviderStrategy),
    tags: newTags(input.tags),
    createdAt: ctx.clock.now(),
  };
}

/** Whether all that the caller said is so already. */
function isAsWanted(existing: ClusterRecord, wanted: ClusterRecord, input: CreateClusterRequest): boolean {
  const said = ["settings", "configuration", "capacityProviders", "defaultCapacityProviderStrategy", "tags"] as const;
  return said.every((field) => input[field] === undefined || isDeepStrictEqual(existing[field], wanted[field]));
}
