import { pageOf } from "#kernel/pagination.ts";
import type { Entry } from "#kernel/store.ts";
import { type ClusterRecord, clustersOf } from "../model/cluster.ts";
import { pageStart } from "../paging.ts";
import type { EcsHandler } from "./handler.ts";

export const ListClusters: EcsHandler<"ListClusters"> = async (input, ctx) => {
  const { limit, scope, after } = pageStart("ListClusters", input);
  const found: Entry<ClusterRecord>[] = [];
  for (let from = after; ; ) {
    const piece = await ctx.store.list(clustersOf(ctx), {
      limit: limit + 1,
      ...(from !== undefined && { after: from }),
    });
    found.push(...piece.filter((cluster) => cluster.value.status !== "INACTIVE"));
    from = piece.at(-1)?.key;
    if (found.length > limit || piece.length <= limit) break;
  }
  const { items, nextToken } = pageOf(found, limit, scope, (cluster) => cluster.key);
  return { clusterArns: items.map((cluster) => cluster.value.clusterArn), ...(nextToken && { nextToken }) };
};
