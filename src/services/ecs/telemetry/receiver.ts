import type { AgentEndpoint } from "#kernel/agent-protocol.ts";
import { parseArn } from "#kernel/arn.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { Store } from "#kernel/store.ts";
import { clusterKey, clusters } from "../model/cluster.ts";
import { type TaskRecord, taskKeyOfArn, tasks } from "../model/task.ts";
import type { MeasuredTask } from "./amounts.ts";
import { registeredWith } from "./cluster-counts.ts";
import { insights } from "./insights.ts";
import { type InsightsLevel, insightsLevel } from "./insights-level.ts";
import { clusterUtilization, serviceUtilization } from "./utilization.ts";

export interface UsageReceiverOptions {
  readonly store: Store;
  readonly sink: MetricSink;
}

/** Turns what agents say of their tasks into the metrics of CloudWatch. Resolves when they are stored. */
export function createUsageReceiver({ store, sink }: UsageReceiverOptions): AgentEndpoint["publishUsage"] {
  /** By host: the end of the last interval that was taken. */
  const taken = new Map<string, number>();
  return async ({ hostId, from, to, tasks: usages }) => {
    if (to <= (taken.get(hostId) ?? 0)) return;
    taken.set(hostId, to);
    const view = store.view(tasks);
    const measured = usages.flatMap((usage): MeasuredTask[] => {
      const key = taskKeyOfArn(parseArn(usage.taskArn));
      const task = key && view.get(key)?.value;
      return task?.lastStatus === "RUNNING" ? [{ task, usage }] : [];
    });
    const levels = new Map<string, InsightsLevel | undefined>();
    const levelOf = (task: TaskRecord) => {
      const key = clusterKey(task, task.clusterName);
      if (!levels.has(key)) {
        const cluster = store.view(clusters).get(key)?.value;
        levels.set(key, cluster && insightsLevel(cluster));
      }
      return levels.get(key);
    };
    const measurements = [
      ...serviceUtilization(measured),
      ...clusterUtilization(measured, (cluster) => registeredWith(store, cluster, hostId)),
      ...insights(measured, levelOf),
    ];
    if (measurements.length > 0) await sink.put(measurements, { time: from, periodSeconds: (to - from) / 1000 });
  };
}
