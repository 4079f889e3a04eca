import assert from "node:assert/strict";
import { test } from "node:test";
import { ConflictError } from "#kernel/fault.ts";
import { at, ready, tasksTo } from "../../../../../test/support/ecs-services.ts";
import { serviceKey, services } from "../../model/service.ts";
import { changeTask, tasks } from "../../model/task.ts";
import { surroundingsOf } from "./controller.ts";
import { planService } from "./plan.ts";
import { readServiceState } from "./state.ts";
import { movesOf, testTask, testView } from "./testing.ts";
import { serviceWords } from "./words.ts";
import { tellStopped, toWrites } from "./writes.ts";

test("what is started for unhealthy tasks, and what is stopped before it runs, is told of as on AWS", () => {
  const settled = { desiredCount: 2, steady: false };
  const sick = planService(testView(settled, [testTask({ health: "UNHEALTHY" }), testTask({ health: "HEALTHY" })]));
  assert.deepEqual([movesOf(sick), sick.start[0]!.replacements], ["+1", 1]);
  const words = serviceWords("app");
  const replaced = "Amazon ECS replaced 1 tasks due to an unhealthy status.";
  assert.equal(words.started(["a", "b"], {}, 1), `(service app) has started 2 tasks: (task a) (task b). ${replaced}`);
  const fewer = planService(testView({ desiredCount: 0 }, [testTask({ lastStatus: "PENDING" }), testTask({})]));
  const told = tellStopped(fewer).map((message) => message.replace(/\(task \S+\)/, "(task X)"));
  assert.deepEqual(told, [
    "(service app) stopped 1 pending tasks.",
    "(service app) has stopped 1 running tasks: (task X).",
  ]);
});

test("a plan that stops a task is made again when one that it counts on ends meanwhile", async () => {
  const { create, update, schedule, world } = await ready();
  await create({ desiredCount: 2 });
  await schedule();
  await tasksTo(world, "RUNNING");
  await update({ desiredCount: 1 });
  const { store, clock, random } = world;
  const service = store.view(services).get(serviceKey(at))!;
  const options = { settleSeconds: 0, canAssume: () => true };
  const state = await readServiceState(store, service, surroundingsOf(service.value, world, options));
  const plan = planService(state.view);
  assert.equal(plan.stop.length, 1);
  const other = [...store.view(tasks).all()].find(({ key }) => key !== plan.stop[0]!.task.key)!;
  const ended = changeTask(other.value, { desiredStatus: "STOPPED", stopCode: "EssentialContainerExited" });
  await store.as("ecs.task").commit({ put: [{ key: other.key, value: ended }] });
  const commit = store.as("ecs.service").commit(toWrites(plan, state, { store, clock, random })!);
  await assert.rejects(commit, ConflictError);
});
