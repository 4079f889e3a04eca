import type { Measurement } from "#kernel/metric-sink.ts";
import type { ContainerUsage } from "#kernel/usage.ts";
import type { TaskContainer, TaskRecord } from "../model/task.ts";
import { reservedFor } from "../tasks/reserved.ts";
import { type MeasuredTask, MiB, percentOf, usedBy } from "./amounts.ts";
import type { InsightsLevel } from "./insights-level.ts";

/** A value of a metric, before it is told by which dimensions. */
type Value = readonly [metricName: string, value: number | undefined, unit: string];

/**
 * Container Insights of the tasks of clusters that have it: the metrics and dimensions of "Amazon ECS Container
 * Insights metrics" and, where it is enhanced, of the page on enhanced observability. One value a task or container.
 */
export function insights(
  measured: readonly MeasuredTask[],
  levelOf: (task: TaskRecord) => InsightsLevel | undefined,
): Measurement[] {
  const found = new Map<string, Measurement & { values: { value: number; count: number }[] }>();
  const add = ({ account, region }: TaskRecord, dimensions: readonly Dimensions[], values: readonly Value[]) => {
    for (const [metricName, value, unit] of values) {
      if (value === undefined) continue;
      for (const each of dimensions) {
        const key = JSON.stringify([account, region, metricName, each]);
        const common = { account, region, namespace: "ECS/ContainerInsights", metricName, unit, dimensions: each };
        const measurement = found.get(key) ?? { ...common, values: [] };
        measurement.values.push({ value, count: 1 });
        found.set(key, measurement);
      }
    }
  };
  for (const each of measured) {
    const { task, usage } = each;
    const level = levelOf(task);
    if (level === undefined) continue;
    const isEnhanced = level === "enhanced";
    const byTask = taskDimensions(task, isEnhanced);
    add(task, byTask, [...taskValues(each), ...(isEnhanced ? taskShares(each) : [])]);
    for (const container of usage.containers) {
      const record = task.containers.find(({ name }) => name === container.containerName);
      if (record === undefined) continue;
      const byContainer = isEnhanced ? containerDimensions(task, record.name) : [];
      // Of the whole cluster there is one, whichever way it is come to.
      const both = [...byTask, ...byContainer.slice(1)];
      add(task, both, [["RestartCount", container.restartCount, "Count"]]);
      if (!isEnhanced) continue;
      add(task, both, containerShares(task, record, container));
      add(task, byContainer, containerValues(task, record, container));
      add(task, byTask, networkValues("Container", each));
    }
  }
  return [...found.values()];
}

type Dimensions = Measurement["dimensions"];

function taskDimensions(task: TaskRecord, isEnhanced: boolean): Dimensions[] {
  const { clusterName: ClusterName, family: TaskDefinitionFamily, id: TaskId } = task;
  const owners: Dimensions[] = [
    { ClusterName, TaskDefinitionFamily },
    ...(task.service ? [{ ClusterName, ServiceName: task.service.serviceName }] : []),
  ];
  return [{ ClusterName }, ...owners, ...(isEnhanced ? owners.map((owner) => ({ ...owner, TaskId })) : [])];
}

/** The cluster first. */
function containerDimensions(task: TaskRecord, ContainerName: string): Dimensions[] {
  return taskDimensions(task, true).map((each, i) => (i === 0 ? each : { ...each, ContainerName }));
}

function taskValues(measured: MeasuredTask): Value[] {
  const { task, usage } = measured;
  const [used, reserved] = [usedBy(usage), reservedFor(task)];
  const sum = (of: (container: ContainerUsage) => number) => usage.containers.reduce((all, each) => all + of(each), 0);
  return [
    // Only of tasks for which something is reserved.
    ["CpuUtilized", reserved.cpuUnits > 0 ? used.cpuUnits : undefined, "None"],
    ["CpuReserved", reserved.cpuUnits || undefined, "None"],
    ["MemoryUtilized", reserved.memoryMiB > 0 ? used.memoryMiB : undefined, "Megabytes"],
    ["MemoryReserved", reserved.memoryMiB || undefined, "Megabytes"],
    ["StorageReadBytes", sum(({ storageReadBytes }) => storageReadBytes), "Bytes"],
    ["StorageWriteBytes", sum(({ storageWriteBytes }) => storageWriteBytes), "Bytes"],
    ["EphemeralStorageReserved", task.ephemeralStorageGiB, "Gigabytes"],
    ...networkValues("", measured),
  ];
}

/** Containers share the network of their task. */
function networkValues(prefix: "" | "Container", { usage: { network } }: MeasuredTask): Value[] {
  return [
    [`${prefix}NetworkRxBytes`, network?.rxBytesPerSecond, "Bytes/Second"],
    [`${prefix}NetworkTxBytes`, network?.txBytesPerSecond, "Bytes/Second"],
  ];
}

function taskShares({ task, usage }: MeasuredTask): Value[] {
  const [used, reserved] = [usedBy(usage), reservedFor(task)];
  return [
    ["TaskCpuUtilization", percentOf(used.cpuUnits, reserved.cpuUnits), "Percent"],
    ["TaskMemoryUtilization", percentOf(used.memoryMiB, reserved.memoryMiB), "Percent"],
  ];
}

/** What is reserved for a container, or else for its task. */
function containerReserved(task: TaskRecord, { cpu, memory, memoryReservation }: TaskContainer) {
  const reserved = reservedFor(task);
  return {
    cpuUnits: Number(cpu) || reserved.cpuUnits,
    memoryMiB: Number(memoryReservation ?? memory ?? 0) || reserved.memoryMiB,
  };
}

function containerShares(task: TaskRecord, record: TaskContainer, usage: ContainerUsage): Value[] {
  const { cpuUnits, memoryMiB } = containerReserved(task, record);
  return [
    ["ContainerCpuUtilization", percentOf(usage.cpuUnits, cpuUnits), "Percent"],
    ["ContainerMemoryUtilization", percentOf(usage.memoryBytes / MiB, memoryMiB), "Percent"],
  ];
}

function containerValues(task: TaskRecord, record: TaskContainer, usage: ContainerUsage): Value[] {
  const { cpuUnits, memoryMiB } = containerReserved(task, record);
  const health = { HEALTHY: 0, UNHEALTHY: 1, UNKNOWN: undefined }[record.healthStatus ?? "UNKNOWN"];
  return [
    ["ContainerCpuUtilized", usage.cpuUnits, "None"],
    ["ContainerCpuReserved", cpuUnits || undefined, "None"],
    ["ContainerMemoryUtilized", usage.memoryBytes / MiB, "Megabytes"],
    ["ContainerMemoryReserved", memoryMiB || undefined, "Megabytes"],
    ["ContainerStorageReadBytes", usage.storageReadBytes, "Bytes"],
    ["ContainerStorageWriteBytes", usage.storageWriteBytes, "Bytes"],
    ["UnHealthyContainerHealthStatus", record.hasHealthCheck ? health : undefined, "Count"],
  ];
}
