import assert from "node:assert/strict";
import { test } from "node:test";
import { ecsCollections } from "#services/ecs/index.ts";
import { changeTask, type TaskRecord, taskArn, taskKey, tasks } from "#services/ecs/model.ts";
import { taskTransitions } from "#services/ecs/states.ts";
import { elbCollections } from "#services/elb/index.ts";
import { logsCollections } from "#services/logs/index.ts";
import { testWorld } from "../../test/support/context.ts";
import { resetState } from "./shutdown.ts";

const at = (id: string) => ({ account: "000000000000", region: "us-east-1", clusterName: "web", id });

test("a reset stops what was asked for while tasks were stopping, before it empties anything", async () => {
  const world = await testWorld({ collections: [...ecsCollections, ...elbCollections, ...logsCollections] });
  const { store, clock } = world;
  const stopped: string[] = [];
  const start = async (id: string) => {
    const value = {
      ...{ ...at(id), taskArn: taskArn(at(id)), lastStatus: "PROVISIONING", desiredStatus: "RUNNING", createdAt: 0 },
      ...{ family: "f", group: "g", version: 1 },
    } as unknown as TaskRecord;
    await store.as("api").commit({ put: [{ key: taskKey(at(id)), value }] });
    const placed = changeTask(value, { lastStatus: "PENDING" });
    await store.as("ecs.scheduler").commit({ put: [{ key: taskKey(at(id)), value: placed }] });
  };
  /** As the agent and the task's controller do, for tasks that are to stop. */
  const followed = store.observe(({ changes }) => {
    for (const change of changes) {
      if (change.type !== "put" || !change.entry.key.startsWith(tasks.name)) continue;
      const { key, value } = change.entry as { key: string; value: TaskRecord };
      const step = taskTransitions["ecs.task"].findLast(([from]) => from === value.lastStatus);
      if (value.desiredStatus !== "STOPPED" || step === undefined) continue;
      if (step[1] === "STOPPED") stopped.push(value.id);
      const next = changeTask(value, { lastStatus: step[1] });
      void store.as("ecs.task").commit({ put: [{ key: key as never, value: next }] });
    }
  });
  await start("a");
  const order: string[] = [];
  const clearing = { clear: async () => void order.push(`cleared after ${stopped.join(" and ")}`) };
  const reset = resetState(
    {
      ...{ store, clock, trail: clearing as never, metrics: clearing as never, storage: {} as never },
      control: {
        async holdStarts() {
          order.push("starts held");
          return () => void order.push("starts go on");
        },
      },
      requests: {
        async hold() {
          // The last request that was under way.
          await start("b");
          order.push("requests held");
          return () => void order.push("requests go on");
        },
      },
    },
    60,
  );
  for (let i = 0; i < 20; i++) await clock.advance(20);
  assert.equal(await reset, true);
  followed.close();
  const cleared = "cleared after a and b";
  assert.deepEqual(order, ["starts held", "requests held", cleared, cleared, "starts go on", "requests go on"]);
  assert.equal(store.view(tasks).size, 0);
});
