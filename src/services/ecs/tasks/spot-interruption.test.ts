import assert from "node:assert/strict";
import { test } from "node:test";
import { at, describe1, ready, tasksTo } from "../../../../test/support/ecs-services.ts";
import { noViews } from "../../../../test/support/no-views.ts";
import { agentDesiredStatus } from "../agents/payload.ts";
import { ecsEventSources } from "../events/index.ts";
import { tasks } from "../model/task.ts";
import { interruptSpotTasks } from "./spot-interruption.ts";

const capacityProviderStrategy = [
  { capacityProvider: "FARGATE", base: 2, weight: 1 },
  { capacityProvider: "FARGATE_SPOT", weight: 1 },
];

/** A service of six tasks, two and two on FARGATE, two on FARGATE_SPOT, and all of its tasks now. */
async function spotService() {
  const service = await ready();
  const { create, schedule, world } = service;
  await create({ launchType: undefined as never, capacityProviderStrategy, desiredCount: 6 });
  await schedule();
  await tasksTo(world, "RUNNING");
  const all = () => [...world.store.view(tasks).all()].map(({ value }) => value);
  const providers = () =>
    all()
      .filter(({ desiredStatus }) => desiredStatus === "RUNNING")
      .map(({ capacityProviderName }) => capacityProviderName)
      .toSorted();
  const interrupt = (given: Partial<Parameters<typeof interruptSpotTasks>[2]>) =>
    interruptSpotTasks(world.store.as("api"), at, { cluster: "web", ...given });
  return { ...service, all, providers, interrupt };
}

const whole = ["FARGATE", "FARGATE", "FARGATE", "FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"];

test("interrupted tasks are told to stop in AWS's words, and their service starts others by its strategy", async () => {
  const { interrupt, all, providers, schedule, world } = await spotService();
  assert.deepEqual(providers(), whole);
  const { interrupted, failures } = await interrupt({ count: 5 });
  assert.deepEqual([interrupted.length, failures], [2, []]);
  const gone = all().filter(({ desiredStatus }) => desiredStatus === "STOPPED");
  for (const task of gone) {
    assert.deepEqual(
      [task.capacityProviderName, task.stopCode, task.stoppedReason, task.lastStatus],
      ["FARGATE_SPOT", "SpotInterruption", "Your Spot Task was interrupted.", "RUNNING"],
    );
    // The stop signal goes out at once, not when the task has left the traffic.
    assert.equal(agentDesiredStatus(task), "STOPPED");
  }
  await schedule();
  assert.deepEqual(providers(), whole);
  const [deployment] = (await describe1(world)).deployments!;
  assert.equal(deployment!.failedTasks, 0);
});

test("the warning is an event while the task still runs", async () => {
  const { interrupt, all } = await spotService();
  const before = all();
  const { interrupted } = await interrupt({ count: 1 });
  const [after] = interrupted;
  const [source] = ecsEventSources;
  const was = before.find(({ id }) => id === after!.id);
  const [event] = source!.toEvents({ key: "", before: was, after }, 0, noViews);
  const { lastStatus, desiredStatus, stopCode, stoppedReason } = event!.detail as Record<string, string>;
  assert.deepEqual(
    [event!.detailType, lastStatus, desiredStatus, stopCode, stoppedReason],
    ["ECS Task State Change", "RUNNING", "STOPPED", "SpotInterruption", "Your Spot Task was interrupted."],
  );
});

test("tasks are named by their ids or ARNs; what cannot be interrupted is told", async () => {
  const { interrupt, all } = await spotService();
  const [one, other] = all().filter(({ capacityProviderName }) => capacityProviderName === "FARGATE_SPOT");
  const steady = all().find(({ capacityProviderName }) => capacityProviderName === "FARGATE")!;
  await interrupt({ tasks: [one!.id] });
  const elsewhere = other!.taskArn.replace("us-east-1", "eu-west-1");
  const { interrupted, failures } = await interrupt({
    tasks: [one!.id, other!.taskArn, steady.id, "f".repeat(32), elsewhere],
  });
  assert.deepEqual(
    interrupted.map(({ id }) => id),
    [other!.id],
  );
  assert.deepEqual(
    failures.map(({ reason }) => reason),
    ["STOPPED", "NOT_FARGATE_SPOT", "MISSING", "MISSING"],
  );
});

test("a count is of one service only, when that is wanted", async () => {
  const { interrupt } = await spotService();
  assert.equal((await interrupt({ count: 9, service: "other" })).interrupted.length, 0);
  assert.equal((await interrupt({ count: 1, service: "app" })).interrupted.length, 1);
});
