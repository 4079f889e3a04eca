import { type Controller, watch } from "#kernel/controller.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { Key } from "#kernel/store.ts";
import { type ClusterRecord, clusterKey, clusters } from "../../model/cluster.ts";
import { containerInstances } from "../../model/container-instance.ts";
import { clusterPath } from "../../model/task.ts";
import { clusterReservation, insightsCounts } from "../../telemetry/cluster-counts.ts";
import { insightsLevel } from "../../telemetry/insights-level.ts";

/**
 * Counts what a cluster has at the end of each interval, for its metrics: those of Container Insights where it is on,
 * and what is reserved on container instances. Other clusters are not looked at.
 */
export function clusterMetricsController(sink: MetricSink, periodSeconds: number): Controller {
  /** By cluster: the end of the last interval that was told of. */
  const told = new Map<string, number>();
  const periodMs = periodSeconds * 1000;
  return {
    name: "ecs.cluster-metrics",
    watches: [
      watch(clusters, ({ key }) => [key]),
      watch(containerInstances, ({ value }) => [clusterKey(value, value.clusterName)]),
    ],
    async reconcile(key, { store, clock }) {
      const cluster = (await store.get(key as Key<ClusterRecord>)).value;
      const isCounted = cluster?.status === "ACTIVE" && insightsLevel(cluster) !== undefined;
      const hasInstances = cluster && store.view(containerInstances).count("cluster", clusterPath(cluster)) > 0;
      if (cluster === undefined || !(isCounted || hasInstances)) {
        told.delete(key);
        return;
      }
      const end = clock.now() - (clock.now() % periodMs);
      const last = told.get(key);
      told.set(key, end);
      // The interval in which it is first looked at is not one that has been seen to its end.
      if (last !== undefined && end > last) {
        const counts = isCounted ? insightsCounts(store, cluster) : [];
        const measurements = [...clusterReservation(store, cluster), ...counts];
        if (measurements.length > 0) await sink.put(measurements, { time: end - periodMs, periodSeconds });
      }
      return { lookAgainAt: end + periodMs };
    },
  };
}
