import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Entry } from "#kernel/store.ts";
import type { ServiceRecord } from "../../model/service.ts";
import type { LifecycleStage } from "../../model/service-deployment.ts";
import type { TaskRecord } from "../../model/task.ts";
import { planService } from "./plan.ts";
import {
  many,
  movesOf,
  now,
  percent,
  type TestTask,
  testDeployment,
  testHistory,
  testTask,
  testView,
} from "./testing.ts";

const drained = "drained";

function plan(
  stage: LifecycleStage,
  tasks: readonly Entry<TaskRecord>[],
  service: Partial<ServiceRecord> = {},
  bounds = percent(100, 200),
) {
  const deploymentConfiguration = { ...bounds.deploymentConfiguration, strategy: "BLUE_GREEN" } as const;
  const history = testHistory("d-new", deploymentConfiguration, { lifecycleStage: stage, stageSince: now });
  const old = testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED" });
  const deployments = [testDeployment("new"), old];
  const fields = { deployments, completedRevisionId: "r-old", deploymentConfiguration, ...service };
  const serviceDeployments = new Map([["d-new", history]]);
  const isDraining = (task: TaskRecord) => task.containerInstanceArn === drained;
  return planService(testView(fields, tasks, { serviceDeployments, isDraining, trafficApplied: () => false }));
}

describe("a blue/green deployment of a service that shrinks", () => {
  const stopped = (protectedOne: Partial<TestTask>) => {
    const kept = testTask({ deployment: "old", protected: true, ...protectedOne });
    const pending = many(2, { deployment: "old", lastStatus: "PENDING" });
    const tasks = [kept, testTask({ deployment: "old" }), ...pending];
    return plan("PRE_SCALE_UP", tasks, { desiredCount: 1 }).stop.map(({ task }) => task.value.lastStatus);
  };

  test("keeps what serves until a protected task has started", () => {
    assert.deepEqual(stopped({ lastStatus: "PENDING" }), ["PENDING", "PENDING"]);
    assert.deepEqual(stopped({}), ["PENDING", "PENDING", "RUNNING"]);
  });
});

describe("a blue/green deployment while an instance drains", () => {
  const blue = (count: number, fields: TestTask = {}) => many(count, { deployment: "old", ...fields });
  const draining = { on: drained };
  const cases: readonly [string, readonly Entry<TaskRecord>[], string, ReturnType<typeof percent>?][] = [
    [
      "100/200: what drains has replacements first, of both revisions",
      [...blue(2, draining), ...many(2, draining)],
      "+4",
    ],
    [
      "100/200: and goes when they are healthy",
      [...blue(2, draining), ...blue(2), ...many(2, draining), testTask({}), testTask({ ran: 5 })],
      "+0 -1 new -2 old",
    ],
    [
      "100/150: so many at a time, of each revision",
      [...blue(2, draining), ...many(2, draining)],
      "+2",
      percent(100, 150),
    ],
    ["50/100: it goes first", [...blue(2, draining), ...many(2, {})], "+0 -1 old", percent(50, 100)],
    [
      "50/100: and its place is taken when it has left RUNNING",
      [
        ...blue(1, draining),
        ...blue(1, { stopped: "ServiceSchedulerInitiated", accounted: true, ...draining }),
        ...many(2, {}),
      ],
      "+1",
      percent(50, 100),
    ],
    [
      "50/100: what is missing besides is started at once",
      [...blue(1, draining), ...many(2, {})],
      "+1",
      percent(50, 50),
    ],
    [
      "what has not started there goes at once",
      [...blue(2), ...many(2, { ...draining, lastStatus: "PENDING" })],
      "+2 -2 new",
    ],
  ];
  for (const [name, tasks, moves, bounds] of cases) {
    test(name, () => assert.equal(movesOf(plan("SCALE_UP", tasks, {}, bounds)), moves));
  }

  test("says what it waits for", () => {
    const { waits } = plan("SCALE_UP", [...blue(2, draining), ...many(2, {})], {}, percent(100, 100));
    assert.deepEqual(
      waits.filter(({ on }) => on === "floor"),
      [{ on: "floor", count: 2, serving: 2, floor: 2 }],
    );
  });
});
