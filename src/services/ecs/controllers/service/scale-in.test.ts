import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ServiceRecord } from "../../model/service.ts";
import { planService } from "./plan.ts";
import { many, movesOf, testDeployment, testTask, testView } from "./testing.ts";

const old = testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED" });
const rollout = { deployments: [testDeployment("new"), old], completedRevisionId: "r-old" };

describe("a service that shrinks", () => {
  const cases: readonly [string, Partial<ServiceRecord>, Parameters<typeof testView>[1], string][] = [
    ["stops what is too much", { desiredCount: 1 }, many(3, {}), "+0 -2 new"],
    ["stops all when it is to have none", { desiredCount: 0 }, many(3, {}), "+0 -3 new"],
    ["keeps protected tasks", { desiredCount: 0 }, many(3, { protected: true }), "+0"],
    [
      "keeps what serves until a protected task has started",
      { desiredCount: 1 },
      [testTask({ lastStatus: "PENDING", protected: true }), testTask({}), ...many(2, { lastStatus: "PENDING" })],
      "+0 -2 new",
    ],
    ["and then lets it go", { desiredCount: 1 }, [testTask({ protected: true }), testTask({})], "+0 -1 new"],
    [
      "what old tasks leave of the floor counts once for both",
      { ...rollout, desiredCount: 2 },
      [testTask({ lastStatus: "PENDING", protected: true }), ...many(2, {}), ...many(1, { deployment: "old" })],
      "+0 -1 new",
    ],
  ];
  for (const [name, service, tasks, moves] of cases) {
    test(name, () => assert.equal(movesOf(planService(testView(service, tasks))), moves));
  }
});
