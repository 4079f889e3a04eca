import assert from "node:assert/strict";
import { test } from "node:test";
import { changeTask, type TaskRecord, taskKey, tasks } from "#services/ecs/model.ts";
import { aTask } from "#services/ecs/testing.ts";
import { type EventsWorld, eventsWorld, ruleToLogs } from "../../../test/support/events.ts";

/** Takes a task through states, under the components that may do it. */
async function walk(world: EventsWorld, id: string): Promise<void> {
  let task = aTask({ id, taskArn: `arn:aws:ecs:us-east-1:000000000000:task/web/${id}` });
  const write = async (component: string, change: Partial<TaskRecord> = {}) => {
    task = Object.keys(change).length === 0 ? task : changeTask(task, change);
    await world.store.as(component).commit({ put: [{ key: taskKey(task), value: task }] });
  };
  await write("api");
  await write("ecs.scheduler", { lastStatus: "PENDING", availabilityZone: "us-east-1a" });
  await write("ecs.task", { lastStatus: "ACTIVATING" });
  await write("ecs.task", { lastStatus: "RUNNING", startedAt: 1000 });
  await write("api", { desiredStatus: "STOPPED", stoppedReason: "enough" });
}

test("each version of a task has its event, in order, in the commit of the change", async () => {
  const world = await eventsWorld();
  const pattern = { source: ["aws.ecs"], "detail-type": ["ECS Task State Change"] };
  const group = await ruleToLogs(world, { pattern });
  await walk(world, "a".repeat(32));
  // Nothing has been delivered yet, and nothing can be lost any more.
  assert.equal(world.waiting(), 5);
  await world.settle();
  const events = (await world.messages(group)).map((text) => JSON.parse(text));
  assert.deepEqual(
    events.map(({ detail }) => [detail.version, detail.lastStatus, detail.desiredStatus]),
    [
      [1, "PROVISIONING", "RUNNING"],
      [2, "PENDING", "RUNNING"],
      [3, "ACTIVATING", "RUNNING"],
      [4, "RUNNING", "RUNNING"],
      [5, "RUNNING", "STOPPED"],
    ],
  );
  const { resources, detail, region, account } = events[4];
  assert.deepEqual([resources, region, account], [[detail.taskArn], "us-east-1", "000000000000"]);
});

test("a rule gets those that it asks for", async () => {
  const world = await eventsWorld();
  const pattern = { source: ["aws.ecs"], detail: { lastStatus: ["RUNNING"], desiredStatus: ["RUNNING"] } };
  const group = await ruleToLogs(world, { pattern });
  for (const id of ["a", "b"]) await walk(world, id.repeat(32));
  await world.settle();
  assert.equal((await world.messages(group)).length, 2);
});

test("where no rule asks, a task costs no commit and no record more", async () => {
  const world = await eventsWorld();
  await ruleToLogs(world, { pattern: { source: ["app"] } });
  const written: number[] = [];
  world.store.observe(({ changes }) => written.push(changes.length));
  await walk(world, "a".repeat(32));
  assert.deepEqual(written, [1, 1, 1, 1, 1]);
});

test("a transition that is refused tells of nothing", async () => {
  const world = await eventsWorld();
  await ruleToLogs(world);
  const task = aTask();
  await world.store.as("api").commit({ put: [{ key: taskKey(task), value: task }] });
  const [entry] = [...world.store.view(tasks).all()];
  const changed = changeTask(task, { lastStatus: "PENDING" });
  await world.store.as("ecs.scheduler").commit({ unchanged: [entry!], put: [{ key: taskKey(task), value: changed }] });
  const again = world.store
    .as("ecs.scheduler")
    .commit({ unchanged: [entry!], put: [{ key: taskKey(task), value: changed }] });
  await assert.rejects(again);
  assert.equal(world.waiting(), 2);
});
