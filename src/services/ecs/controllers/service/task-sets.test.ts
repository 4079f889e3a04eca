import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Entry } from "#kernel/store.ts";
import type { ServiceRevisionRecord } from "../../model/service.ts";
import type { TaskRecord } from "../../model/task.ts";
import { computedDesiredCount, type TaskSetRecord } from "../../model/task-set.ts";
import { planService } from "./plan.ts";
import { at, many, movesOf, now, testTaskSet as taskSet, testTask, testView } from "./testing.ts";

describe("computedDesiredCount is rounded up", () => {
  const counts: readonly [desired: number, scale: number, computed: number][] = [
    [10, 100, 10],
    [10, 0, 0],
    [0, 100, 0],
    [3, 40, 2],
    [1, 0.1, 1],
    [3, 33.4, 2],
    // In floating-point numbers it is 33.00000000000001.
    [3000, 1.1, 33],
    [5000, 99.9, 4995],
  ];
  for (const [desired, scale, computed] of counts) {
    test(`${scale} % of ${desired}`, () => assert.equal(computedDesiredCount({ scale }, desired), computed));
  }
});

function plan(taskSets: readonly TaskSetRecord[], tasks: readonly Entry<TaskRecord>[], fields: object = {}) {
  const service = { deploymentController: "EXTERNAL", deployments: [], desiredCount: 4, ...fields } as const;
  const revisions = taskSets.map(
    ({ revisionId: id }) => [id, { ...at, id, launchType: "FARGATE" } as ServiceRevisionRecord] as const,
  );
  return planService(testView(service, tasks, { taskSets, revisions: new Map(revisions) }));
}

const stability = (made: ReturnType<typeof plan>) =>
  made.taskSets.map(({ id, stabilityStatus }) => [id, stabilityStatus]);

describe("task sets", () => {
  const moves: readonly (readonly [string, readonly TaskSetRecord[], readonly Entry<TaskRecord>[], string])[] = [
    ["a new one starts its share", [taskSet("a", { scale: 50 })], [], "+2"],
    ["without a scale nothing starts", [taskSet("a", { scale: 0 })], [], "+0"],
    ["each has its own share", [taskSet("a"), taskSet("b", { scale: 25 })], many(4, { deployment: "a" }), "+1"],
    ["what has ended is replaced", [taskSet("a")], [...many(3, { deployment: "a" }), ended("a")], "+1"],
    ["a smaller share stops the surplus", [taskSet("a", { scale: 50 })], many(4, { deployment: "a" }), "+0 -2 a"],
    [
      "one that is deleted stops all, the other none",
      [taskSet("a", { status: "DRAINING", scale: 0 }), taskSet("b")],
      [...many(4, { deployment: "a" }), ...many(4, { deployment: "b" })],
      "+0 -4 a",
    ],
    [
      "protected tasks stay",
      [taskSet("a", { scale: 25 })],
      [...many(2, { deployment: "a", protected: true }), ...many(2, { deployment: "a" })],
      "+0 -2 a",
    ],
    [
      "an unhealthy task has a replacement first",
      [taskSet("a")],
      [...many(3, { deployment: "a", health: "HEALTHY" }), testTask({ deployment: "a", health: "UNHEALTHY" })],
      "+1",
    ],
    [
      "then it goes",
      [taskSet("a")],
      [...many(4, { deployment: "a", health: "HEALTHY" }), testTask({ deployment: "a", health: "UNHEALTHY" })],
      "+0 -1 a",
    ],
    [
      "unhealthy tasks do not pile up: within twice the count those that have been replaced go",
      [taskSet("a")],
      many(8, { deployment: "a", health: "UNHEALTHY" }),
      "+0 -4 a",
    ],
    [
      "maximumPercent does not count",
      [taskSet("a"), taskSet("b"), taskSet("c")],
      [...many(4, { deployment: "a" }), ...many(4, { deployment: "b" })],
      "+4",
    ],
  ];
  for (const [name, sets, tasks, expected] of moves) {
    test(name, () => assert.equal(movesOf(plan(sets, tasks)), expected));
  }

  function ended(deployment: string): Entry<TaskRecord> {
    return testTask({ deployment, lastStatus: "STOPPED", ran: 60, stopped: "EssentialContainerExited" });
  }

  test("starts that fail are paced, each set's by itself", () => {
    const failed = testTask({ deployment: "a", lastStatus: "STOPPED", stopped: "TaskFailedToStart", age: 9 });
    const backoff = { failures: 3, retryAt: now - 50_000 };
    const made = plan([taskSet("a", { backoff }), taskSet("b")], [failed, ...many(3, { deployment: "b" })], {
      desiredCount: 4,
    });
    assert.equal(movesOf(made), "+1");
    assert.deepEqual(made.start[0]!.rollout.id, "b");
    const [changed] = made.taskSets;
    assert.deepEqual([changed!.failedTasks, changed!.backoff], [1, { failures: 4, retryAt: now + 4000 }]);
    assert.equal(made.lookAgainAt, now + 4000);
  });

  test("STEADY_STATE when all run and none is unhealthy, at once; then the service is steady", () => {
    const made = plan([taskSet("a")], many(4, { deployment: "a", ran: 1 }));
    assert.deepEqual(stability(made), [["a", "STEADY_STATE"]]);
    assert.deepEqual([made.service.steady, made.events], [true, ["(service app) has reached a steady state."]]);
    assert.equal(made.taskSets[0]!.stabilityStatusAt, now);
  });

  const steady = { stabilityStatus: "STEADY_STATE" } as const;
  const unsteady: readonly (readonly [string, readonly Entry<TaskRecord>[]])[] = [
    ["one starts", [...many(3, { deployment: "a" }), testTask({ deployment: "a", lastStatus: "PENDING" })]],
    ["one is missing", many(3, { deployment: "a" })],
    ["one too many runs", many(5, { deployment: "a" })],
    ["a check has not spoken", [...many(3, { deployment: "a" }), testTask({ deployment: "a", health: "UNKNOWN" })]],
    ["one is unhealthy", [...many(3, { deployment: "a" }), testTask({ deployment: "a", health: "UNHEALTHY" })]],
    [
      "one that was stopped runs still",
      [...many(4, { deployment: "a" }), testTask({ deployment: "a", stopped: "UserInitiated", accounted: true })],
    ],
  ];
  for (const [name, tasks] of unsteady) {
    test(`STABILIZING while ${name}`, () => {
      assert.deepEqual(stability(plan([taskSet("a", steady)], tasks)), [["a", "STABILIZING"]]);
    });
  }

  test("a set without tasks to have is steady at once, and a deleted one never", () => {
    const made = plan(
      [taskSet("a", { scale: 0 }), taskSet("b", { status: "DRAINING", scale: 0 })],
      [testTask({ deployment: "b", stopped: "ServiceSchedulerInitiated", accounted: true })],
    );
    assert.deepEqual(stability(made), [["a", "STEADY_STATE"]]);
    assert.equal(made.service.steady, false);
  });

  test("a deleted one is gone when its tasks have left RUNNING and DEACTIVATING", () => {
    const set = taskSet("a", { status: "DRAINING", scale: 0 });
    const leaving = (lastStatus: TaskRecord["lastStatus"]) =>
      plan([set], [testTask({ deployment: "a", lastStatus, stopped: "ServiceSchedulerInitiated", accounted: true })]);
    assert.deepEqual(leaving("DEACTIVATING").goneTaskSets, []);
    assert.deepEqual(leaving("STOPPING").goneTaskSets, [set]);
    assert.deepEqual(leaving("STOPPING").taskSets, []);
  });

  test("protection that hinders a scale-in is told once", () => {
    const tasks = many(4, { deployment: "a", protected: true });
    const made = plan([taskSet("a", { scale: 25 })], tasks);
    assert.deepEqual(made.events, [
      "(service app) was unable to reach steady state because (taskSet a) was unable to scale in due to " +
        "(reason 4 tasks under protection)",
    ]);
    assert.equal(made.service.told, "scale-in-protection");
    assert.deepEqual(plan([taskSet("a", { scale: 25 })], tasks, { told: "scale-in-protection" }).events, []);
  });

  test("a deleted service stops the tasks of all, and they are gone with the last", () => {
    const sets = [taskSet("a", { status: "DRAINING", scale: 0 }), taskSet("b", { status: "DRAINING", scale: 0 })];
    const made = plan(sets, [...many(2, { deployment: "a", protected: true }), ...many(1, { deployment: "b" })], {
      status: "DRAINING",
    });
    assert.deepEqual([movesOf(made), made.goneTaskSets.length], ["+0 -2 a -1 b", 0]);
    assert.equal(made.stop.at(-1)!.reason, "Scaling activity initiated by (deployment b)");
    const gone = plan(sets, [], { status: "DRAINING" });
    assert.deepEqual([gone.service.status, gone.goneTaskSets.length], ["INACTIVE", 2]);
  });
});
