import { toCluster } from "../clusters/output.ts";
import { clusterArn, clusterKey, defaultClusterName } from "../model/cluster.ts";
import { clusterNameOf } from "../tasks/lookup.ts";
import type { EcsHandler } from "./handler.ts";

export const DescribeClusters: EcsHandler<"DescribeClusters"> = async (input, ctx) => {
  const wanted = input.clusters?.length ? input.clusters : [defaultClusterName];
  const found = await Promise.all(
    [...new Set(wanted)].map(async (identifier) => {
      const cluster = await ctx.store.get(clusterKey(ctx, clusterNameOf(identifier)));
      const arn = identifier.startsWith("arn:") ? identifier : clusterArn(ctx, identifier);
      return { arn, cluster: cluster.value?.clusterArn === arn ? cluster.value : undefined };
    }),
  );
  return {
    clusters: found.flatMap(({ cluster }) => cluster ?? []).map((c) => toCluster(ctx.store, c, input.include ?? [])),
    failures: found.filter(({ cluster }) => cluster === undefined).map(({ arn }) => ({ arn, reason: "MISSING" })),
  };
};
