import assert from "node:assert/strict";
import { test } from "node:test";
import type { MeasuredAt, Measurement } from "#kernel/metric-sink.ts";
import type { UsageMessage } from "#kernel/usage.ts";
import { testWorld } from "../../../../test/support/context.ts";
import { ecsCollections } from "../index.ts";
import { taskArn, taskKey } from "../model/task.ts";
import { aTask } from "../testing.ts";
import { createUsageReceiver } from "./receiver.ts";

test("usage becomes metrics of the interval, once, of tasks that run", async () => {
  const { store } = await testWorld({ collections: ecsCollections });
  const service = { serviceName: "app", deploymentId: "ecs-svc/1", revisionId: "1" };
  const ids = ["a", "b"].map((letter) => letter.repeat(32));
  const steps = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"] as const;
  for (const [i, id] of ids.entries()) {
    const at = { ...aTask(), id };
    for (const lastStatus of i === 0 ? steps : steps.slice(0, 3)) {
      const component = { PROVISIONING: "api", PENDING: "ecs.scheduler" }[lastStatus as string] ?? "ecs.task";
      const task = aTask({ id, taskArn: taskArn(at), service, lastStatus });
      await store.as(component).commit({ put: [{ key: taskKey(at), value: task }] });
    }
  }
  const taken: [readonly Measurement[], MeasuredAt][] = [];
  const receive = createUsageReceiver({ store, sink: { put: async (...given) => void taken.push(given) } });
  const used = { cpuUnits: 64, memoryBytes: 0, storageReadBytes: 0, storageWriteBytes: 0, restartCount: 0 };
  const usage = [...ids, "c".repeat(32)].map((id) => ({
    taskArn: taskArn({ ...aTask(), id }),
    containers: [{ containerName: "app", ...used }],
  }));
  const message: UsageMessage = { hostId: "h1", from: 60_000, to: 120_000, tasks: usage };
  await receive(message);
  await receive(message);
  assert.equal(taken.length, 1);
  const [measurements, at] = taken[0]!;
  assert.deepEqual(at, { time: 60_000, periodSeconds: 60 });
  assert.deepEqual(measurements[0]!.values, [{ value: 25, count: 1 }]);
  await receive({ ...message, hostId: "h2" });
  await receive({ ...message, from: 120_000, to: 180_000, tasks: [] });
  assert.equal(taken.length, 2, "another host's is another; without tasks there is nothing");
});
