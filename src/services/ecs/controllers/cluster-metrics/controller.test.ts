import assert from "node:assert/strict";
import { test } from "node:test";
import type { MeasuredAt, Measurement } from "#kernel/metric-sink.ts";
import { ready, tasksTo } from "../../../../../test/support/ecs-services.ts";
import { clusterKey } from "../../model/cluster.ts";
import { type ContainerInstanceRecord, containerInstanceKey } from "../../model/container-instance.ts";
import { taskKey } from "../../model/task.ts";
import { operations } from "../../operations/index.ts";
import { aTask } from "../../testing.ts";
import { clusterMetricsController } from "./controller.ts";

const minute = 60_000;
const key = clusterKey({ account: "000000000000", region: "us-east-1" }, "web");

async function world() {
  const parts = await ready();
  const told: [readonly Measurement[], MeasuredAt][] = [];
  const controller = clusterMetricsController({ put: async (...given) => void told.push(given) }, 60);
  const look = () => parts.world.reconcile(controller, key);
  const set = (value: string) =>
    parts.world.call(operations, "UpdateClusterSettings", {
      ...{ cluster: "web", settings: [{ name: "containerInsights", value }] },
    });
  return { ...parts, told, look, set };
}

test("counts of a cluster and its services at the end of each interval", async () => {
  const { world: parts, create, schedule, told, look, set } = await world();
  await set("enabled");
  await create({ desiredCount: 3 });
  await schedule();
  const begun = parts.clock.now();
  const next = await look();
  assert.deepEqual(next, { lookAgainAt: begun + minute - (begun % minute) });
  await parts.clock.advance(minute / 2);
  await look();
  assert.equal(told.length, 0, "an interval goes on");
  await tasksTo(parts, "RUNNING");
  await parts.clock.advance(minute / 2);
  await look();
  await look();
  assert.equal(told.length, 1, "each interval is told of once");
  const [measurements, at] = told[0]!;
  assert.deepEqual(at, { time: begun, periodSeconds: 60 });
  const cluster = { ClusterName: "web" };
  const service = { ClusterName: "web", ServiceName: "app" };
  assert.deepEqual(
    measurements.map(({ metricName, dimensions, values }) => [metricName, dimensions, values[0]!.value]),
    [
      ["TaskCount", cluster, 3],
      ["ServiceCount", cluster, 1],
      ["DesiredTaskCount", service, 3],
      ["RunningTaskCount", service, 3],
      ["PendingTaskCount", service, 0],
      ["DeploymentCount", service, 1],
      ["TaskSetCount", service, 0],
    ],
  );
});

test("a cluster without Container Insights and without instances is not looked at again", async () => {
  const { look, set } = await world();
  await set("disabled");
  assert.equal(await look(), undefined);
});

test("what tasks reserve on a cluster's instances, without Container Insights", async () => {
  const { world: parts, told, look } = await world();
  const at = { account: "000000000000", region: "us-east-1", clusterName: "web" };
  const instance: ContainerInstanceRecord = {
    ...{ ...at, id: "i", containerInstanceArn: "arn:i", hostId: "h", launchType: "EC2", status: "ACTIVE" },
    ...{ agentConnected: true, attributes: [], cpu: 2048, memoryMiB: 4096, reservedPorts: [] },
    ...{ tags: [], registeredAt: 0, version: 1 },
  };
  await parts.store.as("api").commit({ put: [{ key: containerInstanceKey(instance), value: instance }] });
  for (const id of ["a", "b"]) {
    const key = taskKey({ ...at, id });
    for (const lastStatus of ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"] as const) {
      const component = { PROVISIONING: "api", PENDING: "ecs.scheduler" }[lastStatus as string] ?? "ecs.task";
      const value = aTask({ id, lastStatus, launchType: "EC2", containerInstanceArn: "arn:i" });
      await parts.store.as(component).commit({ put: [{ key, value }] });
    }
  }
  await look();
  await parts.clock.advance(minute);
  await look();
  assert.deepEqual(
    told[0]![0].map(({ metricName, unit, values }) => [metricName, unit, values]),
    ["CPUReservation", "MemoryReservation"].map((name) => [name, "Percent", [{ value: 25, count: 1 }]]),
  );
});
