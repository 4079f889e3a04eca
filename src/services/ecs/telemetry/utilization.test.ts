import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerUsage } from "#kernel/usage.ts";
import type { TaskContainer, TaskRecord, TaskService } from "../model/task.ts";
import { reservedFor } from "../tasks/reserved.ts";
import { aTask } from "../testing.ts";
import { type MeasuredTask, MiB } from "./amounts.ts";
import { clusterUtilization, serviceUtilization } from "./utilization.ts";

function measured(
  used: readonly Pick<ContainerUsage, "cpuUnits" | "memoryBytes">[],
  fields: Partial<TaskRecord> = {},
): MeasuredTask {
  const service = { serviceName: "app", deploymentId: "ecs-svc/1", revisionId: "1" } as TaskService;
  const containers = used.map((each, i) => ({
    ...{ containerName: `c${i}`, storageReadBytes: 0, storageWriteBytes: 0, restartCount: 0 },
    ...each,
  }));
  const task = aTask({ lastStatus: "RUNNING", service, ...fields });
  return { task, usage: { taskArn: task.taskArn, containers } };
}

test("a value for each task of a service: what its containers use, in percent of the task's size", () => {
  const measurements = serviceUtilization([
    measured([
      { cpuUnits: 100, memoryBytes: 100 * MiB },
      { cpuUnits: 28, memoryBytes: 28 * MiB },
    ]),
    measured([{ cpuUnits: 256, memoryBytes: 512 * MiB }]),
    measured([{ cpuUnits: 1, memoryBytes: MiB }], { service: undefined }),
  ] as MeasuredTask[]);
  const common = {
    ...{ account: "000000000000", region: "us-east-1", namespace: "AWS/ECS", unit: "Percent" },
    dimensions: { ClusterName: "web", ServiceName: "app" },
  };
  const values = (...all: number[]) => all.map((value) => ({ value, count: 1 }));
  assert.deepEqual(measurements, [
    { ...common, metricName: "CPUUtilization", values: values(50, 100) },
    { ...common, metricName: "MemoryUtilization", values: values(25, 100) },
  ]);
});

test("services of one name in other clusters are others", () => {
  const used = [{ cpuUnits: 1, memoryBytes: MiB }];
  const measurements = serviceUtilization([measured(used), measured(used, { clusterName: "other" })]);
  assert.deepEqual(
    measurements.map(({ dimensions }) => dimensions.ClusterName),
    ["web", "web", "other", "other"],
  );
});

const container = (fields: Partial<TaskContainer>) => ({ ...aTask().containers[0]!, ...fields });
const sizeless = { cpu: undefined, memory: undefined } as unknown as Partial<TaskRecord>;
const cases: readonly { name: string; task: Partial<TaskRecord>; cpuUnits: number; memoryMiB: number }[] = [
  { name: "the task's own size", task: {}, cpuUnits: 256, memoryMiB: 512 },
  {
    name: "without one what the containers add up to, soft limits before hard ones",
    task: {
      ...sizeless,
      containers: [
        container({ cpu: "100", memory: "300" }),
        container({ cpu: "28", memory: "300", memoryReservation: "100" }),
      ],
    },
    cpuUnits: 128,
    memoryMiB: 400,
  },
  { name: "nothing", task: sizeless, cpuUnits: 0, memoryMiB: 0 },
];
for (const { name, task, ...reserved } of cases) {
  test(`reserved: ${name}`, () => assert.deepEqual(reservedFor(aTask(task)), reserved));
}

test("where nothing is reserved there is no percentage", () => {
  assert.deepEqual(serviceUtilization([measured([{ cpuUnits: 1, memoryBytes: MiB }], sizeless)]), []);
});

test("of a cluster: what tasks on its instances use of what those have; Fargate does not count", () => {
  const used = [{ cpuUnits: 256, memoryBytes: 512 * MiB }];
  const measurements = clusterUtilization(
    [measured(used, { launchType: "EC2" }), measured(used, { launchType: "EC2" }), measured(used)],
    () => ({ cpuUnits: 2048, memoryMiB: 4096 }),
  );
  assert.deepEqual(
    measurements.map(({ metricName, dimensions, values }) => [metricName, dimensions, values]),
    ["CPUUtilization", "MemoryUtilization"].map((name) => [name, { ClusterName: "web" }, [{ value: 25, count: 1 }]]),
  );
  assert.deepEqual(
    clusterUtilization([measured(used)], () => ({ cpuUnits: 0, memoryMiB: 0 })),
    [],
  );
});
