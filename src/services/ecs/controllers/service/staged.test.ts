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
  productionTrafficWeight = 0,
) {
  const deploymentConfiguration = { ...bounds.deploymentConfiguration, strategy: "BLUE_GREEN" } as const;
  const counts = { requestedTaskCount: 0, runningTaskCount: 0, pendingTaskCount: 0 };
  const targetRevision = { revisionId: "r-new", ...counts, productionTrafficWeight };
  const fields = { lifecycleStage: stage, stageSince: now, targetRevision };
  const history = testHistory("d-new", deploymentConfiguration, fields);
  const old = testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED" });
  const deployments = [testDeployment("new"), old];
  const whole = { deployments, completedRevisionId: "r-old", deploymentConfiguration, ...service };
  const serviceDeployments = new Map([["d-new", history]]);
  const isDraining = (task: TaskRecord) => task.containerInstanceArn === drained;
  return planService(testView(whole, tasks, { serviceDeployments, isDraining, trafficApplied: () => false }));
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

describe("a blue/green deployment while tasks are unhealthy", () => {
  const blue = (count: number, fields: TestTask = {}) => many(count, { deployment: "old", ...fields });
  const sick = { health: "UNHEALTHY" } as const;
  const well = { health: "HEALTHY" } as const;
  const cases: readonly [string, readonly Entry<TaskRecord>[], string, ReturnType<typeof percent>?, number?][] = [
    [
      "one of the old revision has a replacement of the old revision",
      [...blue(1), ...blue(1, sick), ...many(2, {})],
      "+1",
    ],
    ["and goes when that is healthy", [...blue(2), ...blue(1, sick), ...many(2, {})], "+0 -1 old"],
    [
      "without room for a replacement it goes first, as far as the floor allows",
      [...blue(1), ...blue(1, sick), ...many(2, {})],
      "+0 -1 old",
      percent(50, 100),
    ],
    ["those of the new revision go at once while the old one serves", [...blue(2), ...many(2, sick)], "+2 -2 new"],
    [
      "with all traffic, too, they have replacements first",
      [...blue(2), ...many(2, sick)],
      "+2",
      percent(100, 200),
      100,
    ],
    ["what is not healthy and drains goes at once", [...blue(2), ...blue(1, { ...sick, on: drained })], "+2 -1 old"],
    ["what has ended is replaced", [...blue(1), ...blue(1, { stopped: "UserInitiated" }), ...many(2, well)], "+1"],
  ];
  for (const [name, tasks, moves, bounds, weight] of cases) {
    test(name, () => {
      const made = plan("SCALE_UP", tasks, {}, bounds, weight);
      assert.equal(movesOf(made), moves);
      const isSource = moves === "+1";
      if (isSource)
        assert.deepEqual(
          made.start.map(({ rollout }) => rollout.id),
          ["old"],
        );
    });
  }
});

describe("a deployment after one that was cut short", () => {
  const [next, cut] = [testDeployment("new"), testDeployment("cut", { status: "ACTIVE", rolloutState: "IN_PROGRESS" })];
  const completedRevisionId = "r-old";
  const strategy = (name: "BLUE_GREEN" | "ROLLING") =>
    ({ ...percent(100, 200).deploymentConfiguration, strategy: name }) as const;
  const counts = { requestedTaskCount: 0, runningTaskCount: 0, pendingTaskCount: 0 };

  test("that shifts traffic has the last completed revision back, whose last task is gone", () => {
    const deploymentConfiguration = strategy("BLUE_GREEN");
    const history = testHistory("d-new", deploymentConfiguration, { status: "PENDING" });
    const service = { deployments: [next, cut], completedRevisionId, deploymentConfiguration };
    const tasks = many(2, { deployment: "cut" });
    const made = planService(testView(service, tasks, { serviceDeployments: new Map([["d-new", history]]) }));
    const shown = made.service.deployments.map(({ status, revisionId }) => `${status} ${revisionId}`);
    assert.deepEqual(shown, ["PRIMARY r-new", "ACTIVE r-old", "ACTIVE r-cut"]);
    assert.deepEqual([made.serviceDeployments[0]!.lifecycleStage, movesOf(made)], ["RECONCILE_SERVICE", "+2"]);
  });

  test("that shifts traffic, and replaces what does not work, leaves its tasks until it has the traffic", () => {
    const deploymentConfiguration = strategy("BLUE_GREEN");
    const old = testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED" });
    const service = { deployments: [next, old, cut], completedRevisionId, deploymentConfiguration };
    const starting = many(2, { deployment: "old", lastStatus: "PENDING" });
    const tasks = [...many(2, {}), ...many(2, { deployment: "cut" }), ...starting];
    const stopped = (productionTrafficWeight: number) => {
      const targetRevision = { revisionId: "r-new", ...counts, productionTrafficWeight };
      const fields = { lifecycleStage: "SCALE_UP", stageSince: now, targetRevision } as const;
      const history = testHistory("d-new", deploymentConfiguration, fields);
      return movesOf(planService(testView(service, tasks, { serviceDeployments: new Map([["d-new", history]]) })));
    };
    assert.deepEqual([stopped(0), stopped(100)], ["+0", "+0 -2 cut"]);
  });

  test("that replaces tasks by turns stops none, and is not completed, before traffic has come back", () => {
    const deploymentConfiguration = strategy("ROLLING");
    const targetRevision = { revisionId: "r-new", ...counts, testTrafficWeight: 100, productionTrafficWeight: 100 };
    const history = testHistory("d-new", deploymentConfiguration, { targetRevision });
    const plan = (deployments: ServiceRecord["deployments"], tasks: readonly Entry<TaskRecord>[], isApplied: boolean) =>
      planService(
        testView({ deployments, completedRevisionId, deploymentConfiguration }, tasks, {
          serviceDeployments: new Map([["d-new", history]]),
          trafficApplied: () => isApplied,
        }),
      );
    const tasks = [...many(2, {}), ...many(2, { deployment: "cut" })];
    const moves = [false, true].map((isApplied) => movesOf(plan([next, cut], tasks, isApplied)));
    assert.deepEqual(moves, ["+0", "+0 -2 cut"]);
    const ends = [false, true].map(
      (isApplied) => plan([next], many(2, {}), isApplied).service.deployments[0]!.rolloutState,
    );
    assert.deepEqual(ends, ["IN_PROGRESS", "COMPLETED"]);
  });
});
