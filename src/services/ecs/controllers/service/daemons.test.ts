import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Entry } from "#kernel/store.ts";
import type { ServiceRecord } from "../../model/service.ts";
import type { TaskRecord } from "../../model/task.ts";
import { planService } from "./plan.ts";
import { movesOf, percent, type TestTask, testDeployment, testTask, testView } from "./testing.ts";

const old = testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED" });
const rollout = { deployments: [testDeployment("new"), old], completedRevisionId: "r-old" };

function plan(instances: string, tasks: readonly Entry<TaskRecord>[], service: Partial<ServiceRecord> = {}) {
  const daemon = { schedulingStrategy: "DAEMON", desiredCount: 0, ...percent(0, 100), ...service } as const;
  const ids = instances === "" ? [] : instances.split(" ");
  const view = testView(daemon, tasks, { daemonInstances: () => ids });
  return planService(view);
}

const on = (instance: string, fields: TestTask = {}) => testTask({ on: instance, ...fields });
const leaving = { stopped: "ServiceSchedulerInitiated", accounted: true } as const;

describe("DAEMON: one task on each instance", () => {
  const cases: readonly [string, string, readonly Entry<TaskRecord>[], Partial<ServiceRecord>, string][] = [
    ["none without instances", "", [], {}, "+0"],
    ["on every instance", "a b c", [], {}, "+3"],
    ["a new instance gets one", "a b", [on("a")], {}, "+1"],
    [
      "what has ended is replaced when it has stopped",
      "a",
      [on("a", { ...leaving, lastStatus: "STOPPING" })],
      {},
      "+0",
    ],
    ["and then it is", "a", [on("a", { stopped: "EssentialContainerExited", lastStatus: "STOPPED" })], {}, "+1"],
    ["an instance that drains loses its task", "b", [on("a"), on("b")], {}, "+0 -1 new"],
    ["and what leaves there takes no room elsewhere", "b", [on("a", { ...leaving, lastStatus: "RUNNING" })], {}, "+1"],
    ["0/100: a deployment stops all old tasks at once", "a b", [old2("a"), old2("b")], rollout, "+0 -2 old"],
    [
      "and starts new ones where they have stopped",
      "a b",
      [old2("a", { ...leaving, lastStatus: "STOPPED" }), old2("b", { ...leaving, lastStatus: "STOPPING" })],
      rollout,
      "+1",
    ],
    ["50/100 of 2: one goes first", "a b", [old2("a"), old2("b")], { ...rollout, ...percent(50, 100) }, "+0 -1 old"],
    [
      "50/100 of 2: the other when the new one is healthy",
      "a b",
      [on("a"), old2("b")],
      { ...rollout, ...percent(50, 100) },
      "+0 -1 old",
    ],
    ["50/100 of 2: and not before", "a b", [on("a", { ran: 5 }), old2("b")], { ...rollout, ...percent(50, 100) }, "+0"],
    [
      "an unhealthy one is stopped, there is no room for a replacement first",
      "a b",
      [on("a", { health: "HEALTHY" }), on("b", { health: "UNHEALTHY" })],
      {},
      "+0 -1 new",
    ],
  ];
  function old2(instance: string, fields: TestTask = {}) {
    return on(instance, { deployment: "old", ...fields });
  }
  for (const [name, instances, tasks, service, expected] of cases) {
    test(name, () => assert.equal(movesOf(plan(instances, tasks, service)), expected));
  }

  test("an instance that drains keeps a protected task until its protection ends, and an event says so", () => {
    const kept = on("a", { protected: true });
    const { stop, waits, events } = plan("b", [kept, on("b")], {});
    assert.deepEqual([stop, waits.map(({ on }) => on)], [[], ["protection"]]);
    assert.match(events.join(), /unable to stop tasks during a deployment due to \(reason 1 tasks under protection\)/);
  });

  test("the desired count follows the instances, and a completed service goes on with it", () => {
    const completed = testDeployment("new", { rolloutState: "COMPLETED" });
    const grown = plan("a b", [on("a")], { deployments: [completed], desiredCount: 1, steady: true });
    assert.deepEqual([grown.service.desiredCount, grown.service.steady, movesOf(grown)], [2, false, "+1"]);
    const shrunk = plan("a", [on("a"), on("b", leaving)], { deployments: [completed], desiredCount: 2 });
    assert.deepEqual([shrunk.service.desiredCount, shrunk.service.steady], [1, true]);
  });
});
