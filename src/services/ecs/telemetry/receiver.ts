import type { AgentEndpoint } from "#kernel/agent-protocol.ts";
import { parseArn } from "#kernel/arn.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { Store } from "#kernel/store.ts";
import { taskKeyOfArn, tasks } from "../model/task.ts";
import type { MeasuredTask } from "./amounts.ts";
import { serviceUtilization } from "./utilization.ts";

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
    const measurements = serviceUtilization(measured);
    if (measurements.length > 0) await sink.put(measurements, { time: from, periodSeconds: (to - from) / 1000 });
  };
}
