import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Entry } from "#kernel/store.ts";
import {
  many,
  now,
  percent,
  type TestTask,
  testDeployment,
  testHistory,
  testTask,
  testTaskSet,
  testView,
} from "../controllers/service/testing.ts";
import type { ServiceView } from "../controllers/service/view.ts";
import type { ServiceRecord } from "../model/service.ts";
import type { ServiceDeploymentRecord } from "../model/service-deployment.ts";
import type { TaskRecord } from "../model/task.ts";
import { explainService } from "./service.ts";

/** The present is 13:46:40 UTC, the 12th of January 1970. */
const completed = testDeployment("new", { rolloutState: "COMPLETED" });
const replacing = [
  testDeployment("new"),
  testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED", desiredCount: 2 }),
];
const breaker = {
  deploymentConfiguration: {
    ...percent(100, 200).deploymentConfiguration,
    deploymentCircuitBreaker: {
      ...{ enable: true, rollback: true, resetOnHealthyTask: true },
      thresholdConfiguration: { type: "BOUNDED_PERCENT", value: 50 },
    },
  },
} as const;

const external = { deploymentController: "EXTERNAL", deployments: [] } as const;

interface Situation {
  readonly service?: Partial<ServiceRecord>;
  readonly tasks: readonly Entry<TaskRecord>[];
  readonly fields?: Partial<ServiceView>;
  readonly history?: Partial<ServiceDeploymentRecord>;
  readonly placement?: string;
  /** By what is waited for. */
  readonly waits: Readonly<Record<string, RegExp>>;
  readonly says?: RegExp;
}

const old = (count: number, fields: TestTask = {}) => many(count, { deployment: "old", ...fields });

const situations: Readonly<Record<string, Situation>> = {
  "a steady state": {
    service: { deployments: [completed], steady: true },
    tasks: many(2, {}),
    waits: {},
    says: /^It is in a steady state\./,
  },
  "tasks on their way": {
    tasks: [testTask({ lastStatus: "PENDING" }), testTask({ lastStatus: "PROVISIONING" })],
    waits: { start: /^2 tasks are on the way to RUNNING \(1 PENDING, 1 PROVISIONING\)\.$/ },
    says: /^A deployment is under way\./,
  },
  "no task sets": {
    service: external,
    tasks: [],
    waits: {},
    says: /^It has no task sets yet/,
  },
  "steady task sets": {
    service: { ...external, steady: true },
    tasks: many(2, {}),
    fields: { taskSets: [testTaskSet("new", { stabilityStatus: "STEADY_STATE" })] },
    waits: {},
    says: /^It has 1 task set, in a steady state\./,
  },
  "steady task sets whose tasks have not run for long": {
    service: { ...external, steady: true },
    tasks: many(2, { ran: 30 }),
    fields: { taskSets: [testTaskSet("new", { stabilityStatus: "STEADY_STATE" })] },
    waits: { settle: /^2 tasks .* run for 40 s/ },
    says: /^It has 1 task set, in a steady state\./,
  },
  "task sets whose tasks start": {
    service: external,
    tasks: many(2, { lastStatus: "PENDING" }),
    fields: { taskSets: [testTaskSet("new")] },
    waits: { start: /^2 tasks/ },
    says: /^It has 1 task set, on the way to a steady state\./,
  },
  "a task set that waits for protection": {
    service: external,
    tasks: many(2, { protected: true }),
    fields: { taskSets: [testTaskSet("new", { scale: 50 })] },
    waits: { protection: /protect/ },
    says: /^It has 1 task set, and not all is as it should be\./,
  },
  "no room": {
    tasks: many(2, { lastStatus: "PROVISIONING" }),
    placement: "a host: none has registered",
    waits: { room: /^2 tasks cannot be placed; the scheduler waits for a host: none has registered\.$/ },
  },
  "settle time": {
    tasks: many(2, { ran: 30 }),
    waits: { settle: /^2 tasks .* run for 40 s to count as healthy: .* 13:46:50 UTC, in 10 s\.$/ },
  },
  "a health check that has not passed": {
    tasks: [testTask({}), testTask({ health: "UNKNOWN" })],
    waits: { health: /^1 task must pass the first health check\.$/ },
  },
  "the grace period": {
    service: { healthCheckGracePeriodSeconds: 90 },
    tasks: [testTask({}), testTask({ health: "UNHEALTHY", ran: 30 })],
    waits: { grace: /^1 task fail.* of 90 s: .* 13:47:40 UTC, in 1 min; / },
  },
  backoff: {
    service: {
      deployments: [testDeployment("new", { backoff: { failures: 4, retryAt: now + 4000 }, failedTasks: 4 })],
    },
    tasks: [testTask({})],
    waits: { backoff: /^1 task of new is missing\. Starts have failed in 4 rounds .* at 13:46:44 UTC, in 4 s\./ },
  },
  "the circuit breaker's count": {
    service: { ...breaker, desiredCount: 10, deployments: [testDeployment("new", { failedTasks: 2 })] },
    tasks: many(10, { lastStatus: "PENDING" }),
    waits: { start: /^10 tasks/ },
    says: /2 tasks failed one after the other\. \| .* it fails and is rolled back when 5 tasks have failed\./,
  },
  "ends that the circuit breaker does not count": {
    service: { ...breaker, deployments: [testDeployment("new", { backoff: { failures: 4, retryAt: now + 4000 } })] },
    tasks: [],
    waits: { backoff: /^2 tasks of new are missing/ },
    says: /which the circuit breaker does not count: .* Give the container or the target group a health check\./,
  },
  "bake time": {
    service: {
      deploymentConfiguration: { ...percent(100, 200).deploymentConfiguration, bakeTimeInMinutes: 10 },
    },
    history: { lifecycleStage: "BAKE_TIME", stageSince: now - 60_000 },
    tasks: many(2, {}),
    waits: { bake: /^Bake time: .* 13:55:40 UTC, in 9 min\.$/ },
    says: /Stage BAKE_TIME since 13:45:40 UTC/,
  },
  "protected tasks": {
    service: { deployments: replacing },
    tasks: [...many(2, {}), ...old(1, { protected: true })],
    waits: { protection: /^1 task to be stopped is protected \(\d{32}\); .* 13:47:40 UTC, in 1 min\.$/ },
  },
  "protection at a scale-in": {
    service: { deployments: [completed], desiredCount: 1 },
    tasks: many(2, { protected: true }),
    waits: { protection: /^2 tasks to be stopped are protected/ },
    says: /not all as they should be/,
  },
  "maximumPercent blocks starting": {
    service: { deployments: replacing, ...percent(50, 100) },
    tasks: [testTask({ lastStatus: "PENDING" }), ...old(1), ...old(1, { stopped: "ServiceSchedulerInitiated" })],
    waits: {
      ceiling: /^1 task more is wanted, but maximumPercent allows 2 at a time and 3 are there\.$/,
      floor: /^1 task of .* minimumHealthyPercent demands 1 healthy and 1 is\.$/,
      start: /^1 task is/,
      stop: /^1 task is on the way out \(1 RUNNING\)\./,
    },
  },
  "minimumHealthyPercent blocks stopping": {
    service: { deployments: replacing },
    tasks: [...many(2, { ran: 1 }), ...old(2)],
    waits: { floor: /^2 tasks of .* demands 2 healthy and 2 are\.$/, settle: /^2 tasks/ },
  },
  "unhealthy tasks": {
    service: { deployments: [completed] },
    tasks: [...many(2, { health: "UNHEALTHY" }), ...many(2, { lastStatus: "PENDING" })],
    waits: { replacement: /^2 unhealthy tasks \(.*\) stay until/, start: /^2 tasks/ },
  },
  rebalancing: {
    service: { deployments: [completed], rebalancing: 1, desiredCount: 2 },
    tasks: [...many(2, {}), testTask({ ran: 3, zone: "b" })],
    fields: { zonesOf: () => ["us-east-1a", "us-east-1b"] },
    waits: { rebalancing: /^Availability Zone rebalancing: 1 task beyond/, settle: /^1 task/ },
    says: /balanced over the Availability Zones/,
  },
  "a rollback": {
    service: {
      deployments: [testDeployment("new"), testDeployment("bad", { status: "ACTIVE", rolloutState: "FAILED" })],
    },
    history: {
      status: "ROLLBACK_IN_PROGRESS",
      rollback: { reason: "Deployment circuit breaker triggered.", startedAt: now, revisionId: "r-new" },
    },
    tasks: many(2, { ran: 2 }),
    waits: { settle: /^2 tasks/ },
    says: /^It rolls back\. Deployment circuit breaker triggered\./,
  },
  "a failed deployment": {
    service: { deployments: [testDeployment("new", { rolloutState: "FAILED", rolloutStateReason: "Why." })] },
    tasks: many(1, {}),
    waits: { "failed-deployment": /^1 task is missing, but the deployment new has FAILED/ },
    says: /^Its deployment has failed: Why\./,
  },
  "no task can be started": {
    tasks: many(1, {}),
    fields: { launchFault: () => "(service app) failed to launch a task with (error why)." },
    waits: {
      "launch-fault": /^No task of new can be started: \(service app\) failed to launch .* It is tried again at/,
    },
  },
  "a paused hook": {
    service: { deployments: replacing, completedRevisionId: "r-old", ...staged() },
    history: {
      lifecycleStage: "PRE_SCALE_UP",
      stageSince: now,
      hooks: [
        {
          ...{ hookId: "pre-scale-up-0", index: 0, stage: "PRE_SCALE_UP", status: "AWAITING_ACTION" },
          ...{ expiresAt: now + 3_600_000, timeoutAction: "ROLLBACK" },
        },
      ],
    },
    tasks: old(2),
    waits: { hook: /^The lifecycle hook pre-scale-up-0 .* paused .* rolls back at 14:46:40 UTC, in 1 h\.$/ },
  },
  "the stage SCALE_UP": {
    service: { deployments: replacing, completedRevisionId: "r-old", ...staged() },
    history: { lifecycleStage: "SCALE_UP", stageSince: now },
    tasks: [...old(2), testTask({}), testTask({ ran: 1 })],
    waits: { "scale-up": /^The new revision has 1 of 2 healthy tasks/, settle: /^1 task/ },
  },
  "a step of shifting traffic": {
    service: { deployments: replacing, completedRevisionId: "r-old", ...staged() },
    history: {
      lifecycleStage: "PRODUCTION_TRAFFIC_SHIFT",
      stageSince: now,
      targetRevision: {
        ...{ revisionId: "r-new", requestedTaskCount: 2, runningTaskCount: 2, pendingTaskCount: 0 },
        productionTrafficWeight: 5,
      },
    },
    tasks: [...old(2), ...many(2, {})],
    waits: { "traffic-step": /^5 % of the production traffic .* at 13:56:40 UTC, in 10 min\.$/ },
  },
};

function staged() {
  return {
    deploymentConfiguration: { ...percent(100, 200).deploymentConfiguration, strategy: "CANARY" },
  } as const;
}

describe("what a service waits for", () => {
  for (const [title, { service = {}, tasks, fields, history, placement, waits, says }] of Object.entries(situations)) {
    test(title, () => {
      const view = testView(service, tasks, fields);
      const told = explainService(withHistory(view, history), () => placement);
      const words = Object.fromEntries(told.waitsFor.map((wait) => [wait.on, wait.words]));
      assert.deepEqual(Object.keys(words).toSorted(), Object.keys(waits).toSorted());
      for (const [on, pattern] of Object.entries(waits)) assert.match(words[on]!, pattern);
      const all = [told.summary, ...(told.deployments[0]?.words ?? [])].join(" | ");
      if (says !== undefined) assert.match(all, says);
    });
  }

  test("what it would do is said, too", () => {
    const view = testView({ deployments: replacing }, [...many(2, {}), ...old(2)]);
    const { does, deployments } = explainService(view, () => undefined);
    assert.deepEqual(does, ["Stops 2 tasks of old: Scaling activity initiated by (deployment new)."]);
    assert.match(deployments[1]!.words.join(" "), /It is being replaced, and is to have 2 tasks meanwhile\./);
  });
});

function withHistory(view: ServiceView, fields: Partial<ServiceDeploymentRecord> = {}): ServiceView {
  const first = [...view.serviceDeployments].slice(0, 1);
  const changed = first.map(([id]) => [id, testHistory(id, view.service.deploymentConfiguration, fields)] as const);
  return { ...view, serviceDeployments: new Map([...view.serviceDeployments, ...changed]) };
}
