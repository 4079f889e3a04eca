import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planService } from "./plan.ts";
import { many, testTask, testView } from "./testing.ts";

const failed = { lastStatus: "STOPPING", stopped: "TaskFailedToStart", age: 5 } as const;

test("a task that lost its capacity before it had started is no failure", () => {
  for (const stopped of ["UserInitiated", "SpotInterruption", "TerminationNotice"] as const) {
    const plan = planService(testView({}, many(3, { ...failed, stopped })));
    const { failedTasks, backoff } = plan.service.deployments[0]!;
    assert.deepEqual([failedTasks, backoff, plan.start.length], [0, undefined, 1], stopped);
  }
});

test("ends that were counted are marked in the records of their tasks when these have stopped", () => {
  const tasks = many(2, failed);
  const first = planService(testView({}, tasks));
  const going = planService(testView(first.service, tasks));
  assert.deepEqual([going.accounted, going.service.countedEnds], [[], first.service.countedEnds]);
  const [one, other] = tasks as [(typeof tasks)[number], (typeof tasks)[number]];
  const stopped = { ...one, value: { ...one.value, lastStatus: "STOPPED" as const } };
  const half = planService(testView(first.service, [stopped, other]));
  assert.deepEqual([half.accounted, half.service.countedEnds], [[stopped], [other.value.id]]);
  assert.equal(half.service.deployments[0]!.failedTasks, 2, "and not counted again");
  const late = planService(testView({}, [stopped]));
  assert.deepEqual([late.accounted, late.service.countedEnds], [[stopped], undefined]);
  const deleted = planService(testView({ ...first.service, status: "DRAINING" }, tasks));
  assert.deepEqual([deleted.accounted, deleted.service.countedEnds], [tasks, undefined]);
});

describe("a task that was RUNNING and ended", () => {
  const crashed = { ran: 2, age: 3, stopped: "EssentialContainerExited" } as const;
  for (const [name, task, targets, failedTasks] of [
    ["before its container was HEALTHY", { ...crashed, health: "UNKNOWN" }, undefined, 1],
    ["after its container was HEALTHY", { ...crashed, health: "HEALTHY" }, undefined, 0],
    ["before its target was healthy", crashed, "initial", 1],
    ["after its target was healthy", crashed, "healthy", 0],
    ["because somebody stopped it", { ...crashed, health: "UNKNOWN", stopped: "UserInitiated" }, undefined, 0],
  ] as const) {
    test(`${name} counts ${failedTasks} for the breaker`, () => {
      const targetHealth = () => (targets === undefined ? undefined : { state: targets });
      const plan = planService(testView({}, [testTask(task)], { targetHealth }));
      assert.equal(plan.service.deployments[0]!.failedTasks, failedTasks);
    });
  }
});
