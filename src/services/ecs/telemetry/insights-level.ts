import type { ClusterRecord } from "../model/cluster.ts";

/** What a cluster's setting `containerInsights` asks for. */
export type InsightsLevel = "enabled" | "enhanced";

/** Undefined: the cluster has no Container Insights. */
export function insightsLevel({ settings }: Pick<ClusterRecord, "settings">): InsightsLevel | undefined {
  const value = settings.find(({ name }) => name === "containerInsights")?.value;
  return value === "enabled" || value === "enhanced" ? value : undefined;
}
