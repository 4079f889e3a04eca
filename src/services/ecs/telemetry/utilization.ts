import type { Measurement } from "#kernel/metric-sink.ts";
import { clusterPath, type TaskRecord } from "../model/task.ts";
import { type Amounts, reservedFor } from "../tasks/reserved.ts";
import { type MeasuredTask, percentOf, usedBy } from "./amounts.ts";

/**
 * CPUUtilization and MemoryUtilization of services in `AWS/ECS`: one value a task, so that there are as many samples as
 * running tasks, and the average is that of the service. A task for which nothing is reserved has none.
 */
export function serviceUtilization(measured: readonly MeasuredTask[]): Measurement[] {
  const services = Map.groupBy(
    measured.filter(({ task }) => task.service !== undefined),
    ({ task }) => `${clusterPath(task)}/${task.service!.serviceName}`,
  );
  return [...services.values()].flatMap((members) => {
    const { account, region, clusterName, service } = members[0]!.task;
    const shares = members.map(({ task, usage }) => {
      const [used, reserved] = [usedBy(usage), reservedFor(task)];
      return {
        cpu: percent(used.cpuUnits, reserved.cpuUnits),
        memory: percent(used.memoryMiB, reserved.memoryMiB),
      };
    });
    const dimensions = { ClusterName: clusterName, ServiceName: service!.serviceName };
    const common = { account, region, namespace: "AWS/ECS", dimensions, unit: "Percent" };
    return [
      { ...common, metricName: "CPUUtilization", values: shares.flatMap(({ cpu }) => cpu) },
      { ...common, metricName: "MemoryUtilization", values: shares.flatMap(({ memory }) => memory) },
    ].filter(({ values }) => values.length > 0);
  });
}

/**
 * CPUUtilization and MemoryUtilization of clusters with EC2 instances: what tasks on them use, of what those have. One
 * value a host.
 */
export function clusterUtilization(
  measured: readonly MeasuredTask[],
  registered: (cluster: TaskRecord) => Amounts,
): Measurement[] {
  const onInstances = measured.filter(({ task }) => task.launchType === "EC2");
  return [...Map.groupBy(onInstances, ({ task }) => clusterPath(task)).values()].flatMap((members) => {
    const { task } = members[0]!;
    const { account, region, clusterName } = task;
    const used = members.map(({ usage }) => usedBy(usage));
    const total = registered(task);
    const share = (amount: keyof Amounts) =>
      percent(
        used.reduce((sum, each) => sum + each[amount], 0),
        total[amount],
      );
    const common = { account, region, namespace: "AWS/ECS", dimensions: { ClusterName: clusterName }, unit: "Percent" };
    return [
      { ...common, metricName: "CPUUtilization", values: share("cpuUnits") },
      { ...common, metricName: "MemoryUtilization", values: share("memoryMiB") },
    ].filter(({ values }) => values.length > 0);
  });
}

function percent(used: number, reserved: number): Measurement["values"] {
  const value = percentOf(used, reserved);
  return value === undefined ? [] : [{ value, count: 1 }];
}
