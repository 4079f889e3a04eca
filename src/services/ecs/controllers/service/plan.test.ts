import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DeploymentRecord, ServiceRecord } from "../../model/service.ts";
import type { ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import type { TaskRecord } from "../../model/task.ts";
import { planService } from "./plan.ts";
import { many, movesOf, now, percent, testDeployment, testTask, testView } from "./testing.ts";
import { rollbackReasons, rolloutReasons } from "./words.ts";

const old = testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED" });
const rollout = { deployments: [testDeployment("new"), old], completedRevisionId: "r-old" };

describe("how many tasks are started and stopped", () => {
  const cases: readonly [string, Partial<ServiceRecord>, Parameters<typeof testView>[1], string][] = [
    ["a new service starts all its tasks", {}, [], "+2"],
    ["tasks on their way count", {}, many(1, { lastStatus: "PENDING" }), "+1"],
    ["a task that has ended is replaced", {}, [testTask({}), testTask({ stopped: "EssentialContainerExited" })], "+1"],
    [
      "a task on its way out is replaced",
      {},
      [testTask({}), testTask({ stopped: "UserInitiated", accounted: true })],
      "+1",
    ],

    ["100/200: all new ones at once, then the old ones", rollout, many(2, { deployment: "old" }), "+2"],
    [
      "100/200: a new task that is healthy lets an old one go",
      rollout,
      [...many(2, { deployment: "old" }), testTask({}), testTask({ ran: 5 })],
      "+0 -1 old",
    ],
    [
      "100/200: a new task must have settled for 40 seconds",
      rollout,
      [...many(2, { deployment: "old" }), ...many(2, { ran: 39 })],
      "+0",
    ],
    [
      "with a health check it is what it says that counts",
      rollout,
      [...many(2, { deployment: "old" }), ...many(2, { ran: 1, health: "HEALTHY" })],
      "+0 -2 old",
    ],
    [
      "50/100 of 4: two go first",
      { ...rollout, ...percent(50, 100), desiredCount: 4 },
      many(4, { deployment: "old" }),
      "+0 -2 old",
    ],
    ["75 % of 2 stops none", { ...rollout, ...percent(75, 100) }, many(2, { deployment: "old" }), "+0"],
    [
      "125 % of 3 starts none",
      { ...rollout, ...percent(100, 125), desiredCount: 3 },
      many(3, { deployment: "old" }),
      "+0",
    ],
    [
      "150 % of 3 starts one",
      { ...rollout, ...percent(100, 150), desiredCount: 3 },
      many(3, { deployment: "old" }),
      "+1",
    ],
    [
      "what is told to stop counts against the ceiling until it has left RUNNING",
      { ...rollout, ...percent(0, 100) },
      [
        testTask({ deployment: "old" }),
        testTask({ deployment: "old", stopped: "ServiceSchedulerInitiated", accounted: true }),
      ],
      "+0 -1 old",
    ],
    [
      "old tasks that have not worked go at once when their deployment had not been completed",
      { deployments: [testDeployment("new"), testDeployment("old", { status: "ACTIVE", desiredCount: 1 })] },
      [testTask({ deployment: "old" }), testTask({ deployment: "old", lastStatus: "PENDING" })],
      "+2 -1 old",
    ],
    [
      "a deployment right after another one does not stop what runs but has not settled",
      rollout,
      many(2, { deployment: "old", ran: 3 }),
      "+2",
    ],
    ["protected old tasks stay", rollout, [...many(2, { deployment: "old", protected: true }), ...many(2, {})], "+0"],

    [
      "an unhealthy task has a replacement first",
      {},
      [testTask({ health: "HEALTHY" }), testTask({ health: "UNHEALTHY" })],
      "+1",
    ],
    [
      "and goes when the replacement is healthy",
      {},
      [...many(2, { health: "HEALTHY" }), testTask({ health: "UNHEALTHY" })],
      "+0 -1 new",
    ],
    [
      "where the ceiling leaves no room unhealthy tasks go one by one",
      { ...percent(50, 100), desiredCount: 4 },
      [...many(2, { health: "HEALTHY" }), ...many(2, { health: "UNHEALTHY" })],
      "+0 -1 new",
    ],
    [
      "but not below the floor",
      percent(100, 100),
      [testTask({ health: "HEALTHY" }), testTask({ health: "UNHEALTHY" })],
      "+0",
    ],
    [
      "in a deployment unhealthy new tasks go at once when the old ones serve",
      rollout,
      [...many(2, { deployment: "old" }), ...many(2, { health: "UNHEALTHY" })],
      "+0 -2 new",
    ],
    [
      "within the grace period nothing is unhealthy",
      { healthCheckGracePeriodSeconds: 61 },
      [testTask({ health: "HEALTHY" }), testTask({ health: "UNHEALTHY" })],
      "+0",
    ],
    [
      "a failed deployment starts nothing",
      { deployments: [testDeployment("new", { rolloutState: "FAILED" })] },
      [],
      "+0",
    ],
    [
      "a deleted service stops everything",
      { status: "DRAINING", desiredCount: 0 },
      many(3, { protected: true }),
      "+0 -3 new",
    ],
  ];
  for (const [name, service, tasks, moves] of cases) {
    test(name, () => assert.equal(movesOf(planService(testView(service, tasks))), moves));
  }
});

describe("what becomes of a deployment", () => {
  test("it is completed when all its tasks are healthy and no other is left", () => {
    const plan = planService(testView({}, many(2, {})));
    const [primary] = plan.service.deployments;
    assert.equal(primary!.rolloutState, "COMPLETED");
    assert.equal(plan.service.completedRevisionId, "r-new");
    assert.equal(plan.serviceDeployments[0]!.status, "SUCCESSFUL");
    assert.deepEqual(plan.events, [
      "(service app) (deployment new) deployment completed.",
      "(service app) has reached a steady state.",
    ]);
  });

  test("a steady service is left alone, but that it is so is told again every six hours", () => {
    const deployments = [testDeployment("new", { rolloutState: "COMPLETED" })];
    const sixHours = 6 * 3_600_000;
    const planned = (steadyToldAt: number) => {
      const fields = { deployments, steady: true, steadyToldAt, completedRevisionId: "r-new" };
      const view = testView(fields, many(2, {}));
      const plan = planService({ ...view, serviceDeployments: new Map() });
      return { plan, isLeft: plan.service === view.service };
    };
    const { plan, isLeft } = planned(now - sixHours + 1);
    assert.deepEqual([isLeft, plan.events, plan.lookAgainAt, movesOf(plan)], [true, [], now + 1, "+0"]);
    const { plan: again } = planned(now - sixHours);
    assert.deepEqual(again.events, ["(service app) has reached a steady state."]);
    assert.deepEqual([again.service.steadyToldAt, again.lookAgainAt, movesOf(again)], [now, now + sixHours, "+0"]);
  });

  test("it is not completed while an old task runs or a new one has not settled", () => {
    for (const tasks of [
      [...many(2, {}), testTask({ deployment: "old", stopped: "ServiceSchedulerInitiated", accounted: true })],
      many(2, { ran: 1 }),
    ]) {
      const plan = planService(testView(rollout, tasks));
      assert.equal(plan.service.deployments[0]!.rolloutState, "IN_PROGRESS");
    }
  });

  test("an old deployment is gone with its last task that runs", () => {
    const stopping = { deployment: "old", stopped: "ServiceSchedulerInitiated", accounted: true } as const;
    const plan = planService(testView(rollout, [...many(2, {}), testTask({ ...stopping, lastStatus: "STOPPING" })]));
    assert.deepEqual(
      plan.service.deployments.map(({ id }) => id),
      ["new"],
    );
  });

  test("the clock alone makes a task count: the plan says when to look again", () => {
    const plan = planService(testView({}, [testTask({}), testTask({ ran: 10 })]));
    assert.equal(plan.lookAgainAt, now + 30_000);
  });

  test("a block is told once", () => {
    const view = testView({ ...rollout, ...percent(100, 100) }, many(2, { deployment: "old" }));
    const plan = planService(view);
    assert.match(plan.events.join(), /unable to stop or start tasks during a deployment because of the service deploy/);
    const again = planService({ ...view, service: plan.service });
    assert.deepEqual(again.events, []);
  });

  test("an unhealthy task is told of once", () => {
    const plan = planService(testView({}, [testTask({ health: "HEALTHY" }), testTask({ health: "UNHEALTHY" })]));
    assert.equal(plan.unhealthy.length, 1);
    assert.match(plan.events[0]!, /^\(service app\) \(task \d+\) failed container health checks\.$/);
  });
});

describe("failures", () => {
  const breaker = (rollback: boolean, resetOnHealthyTask = true) => ({
    deploymentConfiguration: {
      ...percent(100, 200).deploymentConfiguration,
      deploymentCircuitBreaker: {
        enable: true,
        rollback,
        resetOnHealthyTask,
        thresholdConfiguration: { type: "BOUNDED_PERCENT", value: 50 },
      } as const,
    },
  });
  const paced = (backoff: { failures: number; retryAt: number }) => ({
    deployments: [testDeployment("new", { backoff })],
  });
  const failed = { lastStatus: "STOPPING", stopped: "TaskFailedToStart", age: 5 } as const;

  test("are counted once each", () => {
    const plan = planService(testView({}, many(2, failed)));
    assert.equal(plan.service.deployments[0]!.failedTasks, 2);
    assert.deepEqual([plan.accounted.length, plan.service.countedEnds?.length], [0, 2], "their records are changing");
    const again = planService(testView(plan.service, many(2, { ...failed, accounted: true })));
    assert.equal(again.service.deployments[0]!.failedTasks, 2);
  });

  test("a stop by a user and the end of a task that ran are none", () => {
    const ends = [
      testTask({ ...failed, stopped: "UserInitiated" }),
      testTask({ ran: 50, stopped: "EssentialContainerExited" }),
    ];
    const plan = planService(testView({}, ends));
    assert.equal(plan.service.deployments[0]!.failedTasks, 0);
    assert.equal(plan.service.deployments[0]!.backoff, undefined);
    assert.equal(movesOf(plan), "+2");
  });

  test("starts are paced: the first failure costs nothing, the next ones a growing time", () => {
    const first = planService(testView({}, [testTask(failed)]));
    assert.deepEqual(first.service.deployments[0]!.backoff, { failures: 1, retryAt: now });
    assert.equal(movesOf(first), "+2");
    const second = planService(testView(paced({ failures: 1, retryAt: now - 6000 }), [testTask(failed)]));
    assert.deepEqual(second.service.deployments[0]!.backoff, { failures: 2, retryAt: now + 1000 });
    assert.deepEqual([movesOf(second), second.lookAgainAt], ["+0", now + 1000]);
  });

  test("tasks that were started together are one round", () => {
    const backoff = { failures: 4, retryAt: now - 10_000 };
    const plan = planService(testView({ ...paced(backoff), desiredCount: 20 }, many(20, failed)));
    assert.equal(plan.service.deployments[0]!.backoff!.failures, 5);
    const older = planService(testView(paced(backoff), many(2, { ...failed, age: 11 })));
    assert.deepEqual(older.service.deployments[0]!.backoff, backoff);
  });

  test("a task without health checks that ended quickly is paced, and does not count for the breaker", () => {
    const plan = planService(testView({}, [testTask({ ran: 2, age: 3, stopped: "EssentialContainerExited" })]));
    assert.equal(plan.service.deployments[0]!.backoff!.failures, 1);
    assert.equal(plan.service.deployments[0]!.failedTasks, 0);
  });

  test("the third round is told, a healthy task ends the pacing", () => {
    const backoff = { failures: 2, retryAt: now - 10_000 };
    const plan = planService(testView(paced(backoff), [testTask(failed)]));
    assert.match(plan.events.join(), /is unable to consistently start tasks successfully/);
    const well = planService(testView(paced({ failures: 3, retryAt: now - 60_000 }), many(2, { age: 59, ran: 50 })));
    assert.equal(well.service.deployments[0]!.backoff, undefined);
  });

  test("why tasks on Fargate could not be started is told, once of each kind", () => {
    const because = (stoppedReason: string, fields: Partial<TaskRecord> = {}) => {
      const { value, ...entry } = testTask(failed);
      return { ...entry, value: { ...value, launchType: "FARGATE" as const, stoppedReason, ...fields } };
    };
    const told = (...tasks: ReturnType<typeof because>[]) =>
      planService(testView({}, tasks)).events.filter((event) => event.includes("unable to place"));
    const said = (reason: string) => `(service app) was unable to place a task. Reason: ${reason}.`;
    const [pull, init] = ["CannotPullContainerError: a:1: not found", "ResourceInitializationError: no secret: id 1."];
    assert.deepEqual(told(because(pull), because(pull), because(init)), [said(pull), said(init.slice(0, -1))]);
    for (const other of [
      because("Task failed to start"),
      because(pull, { launchType: "EC2" }),
      because(pull, { stopCode: "UserInitiated" }),
    ]) {
      assert.deepEqual(told(other), []);
    }
  });

  test("the breaker fails the deployment at its threshold, not before", () => {
    const before = planService(testView({ ...breaker(false), ...rollout }, many(2, failed)));
    assert.equal(before.service.deployments[0]!.rolloutState, "IN_PROGRESS");
    const plan = planService(
      testView({ ...breaker(false), ...rollout }, [...many(3, failed), ...many(2, { deployment: "old" })]),
    );
    assert.equal(plan.service.deployments[0]!.rolloutState, "FAILED");
    assert.equal(
      plan.service.deployments[0]!.rolloutStateReason,
      "ECS deployment circuit breaker: tasks failed to start.",
    );
    assert.equal(plan.serviceDeployments[0]!.status, "STOPPED");
    assert.equal(movesOf(plan), "+0");
    assert.match(plan.events.join(), /\(deployment new\) deployment failed: tasks failed to start\./);
  });

  test("and rolls back to the last completed deployment while that still has tasks", () => {
    const plan = planService(
      testView({ ...breaker(true), ...rollout }, [...many(3, failed), testTask({ deployment: "old" }), testTask({})]),
    );
    const [primary, given] = plan.service.deployments;
    assert.deepEqual([primary!.id, primary!.status, primary!.rolloutState], ["old", "PRIMARY", "IN_PROGRESS"]);
    assert.equal(primary!.rolloutStateReason, "ECS deployment circuit breaker: rolling back to deploymentId old.");
    assert.deepEqual([given!.id, given!.status, given!.rolloutState], ["new", "ACTIVE", "FAILED"]);
    const [history] = plan.serviceDeployments.filter(({ status }) => status === "ROLLBACK_IN_PROGRESS");
    const reason = "Service deployment rolled back because the circuit breaker threshold was exceeded.";
    assert.deepEqual([history!.rollback!.revisionId, history!.rollback!.reason], ["r-old", reason]);
    assert.equal(movesOf(plan), "+1");
  });

  test("or to a deployment made anew of its revision", () => {
    const service = { ...breaker(true), completedRevisionId: "r-old" };
    const plan = planService(testView(service, many(3, failed)));
    assert.equal(plan.service.deployments[0]!.id, "ecs-svc/fresh");
    assert.equal(plan.service.deployments[0]!.revisionId, "r-old");
  });

  test("without a completed deployment there is nothing to roll back to", () => {
    const plan = planService(testView(breaker(true), many(3, failed)));
    const [{ rolloutState, rolloutStateReason }] = plan.service.deployments as [DeploymentRecord];
    assert.deepEqual([rolloutState, rolloutStateReason], ["FAILED", rolloutReasons.failed.breaker]);
    const [{ status, statusReason }] = plan.serviceDeployments as [ServiceDeploymentRecord];
    assert.deepEqual([status, statusReason], ["ROLLBACK_FAILED", rollbackReasons.noCandidate]);
  });

  test("a task that became healthy since the last failure sets the count back, unless told otherwise", () => {
    const deployments = [testDeployment("new", { failedTasks: 2, lastFailureAt: now - 30_000 })];
    const tasks = [testTask({ ran: 50 }), testTask(failed)];
    const reset = planService(testView({ ...breaker(false), deployments }, tasks));
    assert.equal(reset.service.deployments[0]!.failedTasks, 1);
    const kept = planService(testView({ ...breaker(false, false), deployments }, tasks));
    assert.equal(kept.service.deployments[0]!.failedTasks, 3);
    // Healthy before the last failure: that one has failed after it.
    const later = [testDeployment("new", { failedTasks: 2, lastFailureAt: now - 5000 })];
    assert.equal(planService(testView({ deployments: later }, tasks)).service.deployments[0]!.failedTasks, 3);
  });

  test("tasks stopped for their health count", () => {
    const tasks = [...many(2, { deployment: "old" }), ...many(2, { health: "UNHEALTHY" })];
    const plan = planService(testView({ ...breaker(true), ...rollout }, tasks));
    assert.equal(plan.service.deployments[0]!.failedTasks, 2);
    assert.deepEqual(new Set(plan.stop.map(({ reason }) => reason)), new Set(["Task failed container health checks"]));
  });

  test("what hinders every start is told, and paced", () => {
    const plan = planService(testView({}, [], { launchFault: () => "(service app) was unable to place a task." }));
    assert.deepEqual(plan.events, ["(service app) was unable to place a task."]);
    assert.equal(plan.service.deployments[0]!.backoff!.failures, 1);
    assert.equal(movesOf(plan), "+0");
  });

  test("what no health check has found is paced, too: where it is is wrong", () => {
    const targetHealth = () => ({ state: "unhealthy" as const, targetGroupArn: "arn", reason: "zone" });
    const stopped = (ran: number) => {
      const tasks = [testTask({ ran: 60 }), testTask({ ran }), testTask({ ran })];
      return planService(testView({ desiredCount: 1, ...percent(0, 200) }, tasks, { targetHealth }));
    };
    assert.equal(stopped(2).service.deployments[0]!.backoff?.failures, 1);
    assert.equal(stopped(30).service.deployments[0]!.backoff, undefined);
  });
});
