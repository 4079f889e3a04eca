import assert from "node:assert/strict";
import { test } from "node:test";
import type { Measurement } from "#kernel/metric-sink.ts";
import type { ContainerUsage, TaskUsage } from "#kernel/usage.ts";
import type { TaskContainer, TaskRecord } from "../model/task.ts";
import { aTask } from "../testing.ts";
import { MiB } from "./amounts.ts";
import { insights } from "./insights.ts";

const service = { serviceName: "app", deploymentId: "ecs-svc/1", revisionId: "1" };
const used: ContainerUsage = {
  ...{ containerName: "app", cpuUnits: 64, memoryBytes: 128 * MiB, storageReadBytes: 10, storageWriteBytes: 20 },
  restartCount: 3,
};
const network = { rxBytesPerSecond: 100, txBytesPerSecond: 200 };

function measure(
  level: "enabled" | "enhanced" | undefined,
  fields: Partial<TaskRecord> = {},
  usage: Partial<TaskUsage> = {},
): Measurement[] {
  const task = aTask({ lastStatus: "RUNNING", ephemeralStorageGiB: 20, service, ...fields });
  return insights([{ task, usage: { taskArn: task.taskArn, containers: [used], network, ...usage } }], () => level);
}

/** The value and the unit of each metric. */
function values(measurements: readonly Measurement[]): Record<string, unknown> {
  return Object.fromEntries(measurements.map((each) => [each.metricName, [each.values[0]!.value, each.unit]]));
}

/** The sets of dimensions of a metric, by the initials of their names. */
function sets(measurements: readonly Measurement[], metricName: string): string[] {
  return measurements
    .filter((each) => each.metricName === metricName)
    .map(({ dimensions }) =>
      Object.keys(dimensions)
        .map((name) => name.replace(/[^A-Z]/g, ""))
        .toSorted()
        .join(" "),
    );
}

const standard = {
  CpuUtilized: [64, "None"],
  CpuReserved: [256, "None"],
  MemoryUtilized: [128, "Megabytes"],
  MemoryReserved: [512, "Megabytes"],
  StorageReadBytes: [10, "Bytes"],
  StorageWriteBytes: [20, "Bytes"],
  EphemeralStorageReserved: [20, "Gigabytes"],
  NetworkRxBytes: [100, "Bytes/Second"],
  NetworkTxBytes: [200, "Bytes/Second"],
  RestartCount: [3, "Count"],
};

test("enabled: AWS's metrics of tasks, by cluster, service and family", () => {
  const measurements = measure("enabled");
  assert.deepEqual(values(measurements), standard);
  assert.deepEqual(sets(measurements, "CpuUtilized"), ["CN", "CN TDF", "CN SN"]);
  assert.deepEqual(sets(measurements, "RestartCount"), ["CN", "CN TDF", "CN SN"]);
});

test("enhanced: by task and container too, with shares of what is reserved", () => {
  const health = { hasHealthCheck: true, healthStatus: "UNHEALTHY" } as const;
  const container: TaskContainer = { ...aTask().containers[0]!, ...health, cpu: "128", memoryReservation: "256" };
  const measurements = measure("enhanced", { containers: [container] });
  assert.deepEqual(values(measurements), {
    ...standard,
    TaskCpuUtilization: [25, "Percent"],
    TaskMemoryUtilization: [25, "Percent"],
    ContainerCpuUtilized: [64, "None"],
    ContainerCpuReserved: [128, "None"],
    ContainerCpuUtilization: [50, "Percent"],
    ContainerMemoryUtilized: [128, "Megabytes"],
    ContainerMemoryReserved: [256, "Megabytes"],
    ContainerMemoryUtilization: [50, "Percent"],
    ContainerStorageReadBytes: [10, "Bytes"],
    ContainerStorageWriteBytes: [20, "Bytes"],
    ContainerNetworkRxBytes: [100, "Bytes/Second"],
    ContainerNetworkTxBytes: [200, "Bytes/Second"],
    UnHealthyContainerHealthStatus: [1, "Count"],
  });
  const ofTasks = ["CN", "CN TDF", "CN SN", "CN TDF TI", "CN SN TI"];
  const ofContainers = ["CN TDF", "CN SN", "CN TDF TI", "CN SN TI"].map((each) =>
    `${each} CN`.split(" ").toSorted().join(" "),
  );
  assert.deepEqual(sets(measurements, "TaskCpuUtilization"), ofTasks);
  assert.deepEqual(sets(measurements, "ContainerCpuUtilized"), ["CN", ...ofContainers]);
  assert.deepEqual(sets(measurements, "RestartCount"), [...ofTasks, ...ofContainers]);
});

test("what there is not is not told", () => {
  assert.deepEqual(measure(undefined), [], "no Container Insights");
  const sizeless = { cpu: undefined, memory: undefined, ephemeralStorageGiB: undefined, service: undefined };
  const { restartCount: _, ...plain } = used;
  const measurements = measure(
    "enhanced",
    sizeless as unknown as Partial<TaskRecord>,
    {
      ...{ containers: [plain], network: undefined },
    } as unknown as Partial<TaskUsage>,
  );
  const names = Object.keys(values(measurements)).toSorted();
  assert.deepEqual(names, [
    ...["ContainerCpuUtilized", "ContainerMemoryUtilized", "ContainerStorageReadBytes", "ContainerStorageWriteBytes"],
    ...["StorageReadBytes", "StorageWriteBytes"],
  ]);
  assert.deepEqual(sets(measurements, "StorageReadBytes"), ["CN", "CN TDF", "CN TDF TI"], "of no service");
});

test("tasks of a service are values of one metric", () => {
  const tasks = ["a", "b"].map((id) => aTask({ id, service }));
  const measured = tasks.map((task) => ({ task, usage: { taskArn: task.taskArn, containers: [used] } }));
  const found = insights(measured, () => "enabled").find(({ metricName }) => metricName === "CpuUtilized");
  assert.equal(found?.values.length, 2);
});
