import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planService } from "./plan.ts";
import { many, now, percent, type TestTask, testDeployment, testHistory, testTask, testView } from "./testing.ts";

describe("a blue/green deployment of a service that shrinks", () => {
  const { deploymentConfiguration: rolling } = percent(50, 200);
  const deploymentConfiguration = { ...rolling, strategy: "BLUE_GREEN" } as const;
  const history = testHistory("d-new", deploymentConfiguration, { lifecycleStage: "PRE_SCALE_UP", stageSince: now });
  const old = testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED" });
  const stopped = (protectedOne: Partial<TestTask>) => {
    const kept = testTask({ deployment: "old", protected: true, ...protectedOne });
    const pending = many(2, { deployment: "old", lastStatus: "PENDING" });
    const tasks = [kept, testTask({ deployment: "old" }), ...pending];
    const deployments = [testDeployment("new"), old];
    const service = { deployments, completedRevisionId: "r-old", desiredCount: 1, deploymentConfiguration };
    const view = testView(service, tasks, { serviceDeployments: new Map([["d-new", history]]) });
    return planService(view).stop.map(({ task }) => task.value.lastStatus);
  };

  test("keeps what serves until a protected task has started", () => {
    assert.deepEqual(stopped({ lastStatus: "PENDING" }), ["PENDING", "PENDING"]);
    assert.deepEqual(stopped({}), ["PENDING", "PENDING", "RUNNING"]);
  });
});
