import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DeploymentRecord, ServiceRecord } from "../../model/service.ts";
import { planService } from "./plan.ts";
import {
  many,
  movesOf,
  now,
  percent,
  startsOf,
  type TestTask,
  testDeployment,
  testHistory,
  testTask,
  testView,
} from "./testing.ts";

const replacing = (desiredCount: number, fields: Partial<DeploymentRecord> = {}) =>
  testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED", desiredCount, ...fields });

/** A service of so many tasks, whose deployment `new` replaces `old`. */
function rollout(
  desiredCount: number,
  old: DeploymentRecord,
  fields: Partial<ServiceRecord> = {},
  primary: Partial<DeploymentRecord> = {},
): Partial<ServiceRecord> {
  return { desiredCount, deployments: [testDeployment("new", primary), old], completedRevisionId: "r-old", ...fields };
}

const old = (count: number, fields: TestTask = {}) => many(count, { deployment: "old", ...fields });
const ended = { stopped: "EssentialContainerExited", lastStatus: "DEPROVISIONING", ran: 50 } as const;
const well = { health: "HEALTHY" } as const;
const sick = { health: "UNHEALTHY" } as const;
const starting = { lastStatus: "PENDING" } as const;

describe("what a deployment replaces keeps its tasks", () => {
  const paced = replacing(2, { backoff: { failures: 5, retryAt: now + 1000 } });
  const failed = { rolloutState: "FAILED" } as const;
  type Expected = readonly [starts: string, moves: string, left: number];
  const cases: readonly [string, Partial<ServiceRecord>, Parameters<typeof testView>[1], Expected][] = [
    [
      "what has ended is started again, of its own revision",
      rollout(4, replacing(4)),
      [...old(3), ...old(1, ended), ...many(4, starting)],
      ["1 old", "+1", 4],
    ],
    [
      "it comes before new tasks",
      rollout(4, replacing(4), percent(100, 125)),
      [...old(3), ...old(1, ended)],
      ["1 old, 1 new", "+2", 4],
    ],
    [
      "a new revision that keeps failing does not take its place",
      rollout(4, replacing(2), percent(50, 100)),
      [...old(1), ...old(1, ended), ...many(2, starting)],
      ["1 old", "+1", 2],
    ],
    [
      "but the place is lent while its own starts are paced",
      rollout(4, paced, percent(50, 100)),
      [...old(1), ...many(2, starting)],
      ["1 new", "+1", 2],
    ],
    [
      "what is unhealthy has a replacement of its own revision first",
      rollout(2, replacing(2)),
      [...old(1, well), ...old(1, sick), testTask(starting)],
      ["1 old", "+1", 2],
    ],
    [
      "and goes when that is healthy",
      rollout(2, replacing(2)),
      [...old(2, well), ...old(1, sick), testTask(starting)],
      ["", "+0 -1 old", 2],
    ],
    [
      "a replacement on its way is left alone",
      rollout(2, replacing(2)),
      [...old(1), ...old(1, starting), ...many(2, starting)],
      ["", "+0", 2],
    ],
    [
      "a healthy new task takes a place, one where nothing works first",
      rollout(4, replacing(4)),
      [...old(2), ...old(1, starting), ...old(1, ended), ...many(1, {}), ...many(3, starting)],
      ["", "+0", 3],
    ],
    [
      "and with it what is still on its way",
      rollout(4, replacing(4)),
      [...old(2), ...old(1, starting), ...old(1, ended), ...many(2, {}), ...many(2, starting)],
      ["", "+0 -1 old", 2],
    ],
    [
      "a floor below the desired count is all that is kept",
      rollout(4, replacing(4), percent(50, 100)),
      [...old(3), ...old(1, ended)],
      ["1 new", "+1 -1 old", 2],
    ],
    [
      "a deployment that has failed takes no more places, and what ends is started again",
      rollout(4, replacing(3), {}, failed),
      [...old(2), ...old(1, ended), ...many(2, {})],
      ["1 old", "+1", 3],
    ],
    [
      "one that had not been completed itself is not started again",
      rollout(4, replacing(4, failed)),
      [...old(3), ...old(1, ended), ...many(4, starting)],
      ["", "+0", 3],
    ],
    [
      "a scale-out holds for both",
      rollout(4, replacing(2), {}, { desiredCount: 2 }),
      [...old(2), ...many(2, starting)],
      ["2 old, 2 new", "+4", 4],
    ],
    [
      "as far as the ceiling allows it, for what bears the load first",
      rollout(6, replacing(4), percent(100, 125), { desiredCount: 4 }),
      [...old(4), testTask(starting)],
      ["2 old", "+2", 6],
    ],
    [
      "a scale-in leaves none more than there are to be",
      rollout(2, replacing(4), {}, { desiredCount: 4 }),
      [...old(3), ...old(1, ended), ...many(1, starting)],
      ["", "+0 -1 old", 2],
    ],
  ];
  for (const [name, service, tasks, expected] of cases) {
    test(name, () => {
      const plan = planService(testView(service, tasks));
      const [, source] = plan.service.deployments;
      assert.deepEqual([startsOf(plan), movesOf(plan), source!.desiredCount], expected);
    });
  }

  test("though none of its tasks should live", () => {
    const plan = planService(testView(rollout(2, replacing(2)), [...old(2, { ...ended, accounted: true })]));
    assert.equal(startsOf(plan), "2 old, 2 new");
    assert.deepEqual(
      plan.service.deployments.map(({ id }) => id),
      ["new", "old"],
    );
  });

  test("and their failures are none of the new deployment", () => {
    const plan = planService(testView(rollout(2, replacing(2)), [...old(2, well), ...old(1, sick), ...many(2, well)]));
    assert.deepEqual(
      plan.service.deployments.map(({ id, failedTasks }) => [id, failedTasks]),
      [
        ["new", 0],
        ["old", 1],
      ],
    );
  });

  test("a record of before there was a count is of what is there", () => {
    const { desiredCount: _, ...before } = replacing(2);
    const plan = planService(testView(rollout(2, before), [...old(1), ...old(1, ended), ...many(2, starting)]));
    assert.deepEqual([startsOf(plan), plan.service.deployments[1]!.desiredCount], ["", 1]);
  });
});

describe("a deployment that supersedes one in the middle", () => {
  const begins = (deployments: readonly DeploymentRecord[], tasks: Parameters<typeof testView>[1]) => {
    const service = { desiredCount: 4, deployments, completedRevisionId: "r-old" };
    const histories = new Map([["d-new", testHistory("d-new", undefined, { status: "PENDING" })]]);
    return planService(testView(service, tasks, { serviceDeployments: histories })).service.deployments;
  };
  const cut = testDeployment("cut", { status: "ACTIVE", desiredCount: 4 });
  const of = (deployment: string, count: number, fields: TestTask = {}) => many(count, { deployment, ...fields });
  const shown = (deployments: readonly DeploymentRecord[]) =>
    deployments.map(({ id, desiredCount }) => `${id} ${desiredCount}`);

  test("keeps what works of both", () => {
    const tasks = [...of("old", 2), ...of("cut", 2), ...of("cut", 2, starting)];
    assert.deepEqual(shown(begins([testDeployment("new"), cut, replacing(2)], tasks)), ["new 4", "cut 2", "old 2"]);
  });

  test("keeps all of the one that alone serves, though it was not completed", () => {
    const tasks = [...of("cut", 4)];
    assert.deepEqual(shown(begins([testDeployment("new"), cut], tasks)), ["new 4", "cut 4"]);
  });

  test("keeps none of one that never worked", () => {
    const tasks = [...of("old", 4), ...of("cut", 2, starting)];
    assert.deepEqual(shown(begins([testDeployment("new"), cut, replacing(4)], tasks)), ["new 4", "cut 0", "old 4"]);
  });
});

test("what was completed last goes last: what is left of the one before it has no traffic", () => {
  const deployments = [
    testDeployment("new"),
    testDeployment("mid", { status: "ACTIVE", rolloutState: "COMPLETED", desiredCount: 4 }),
    replacing(2),
  ];
  const tasks = [...many(4, { deployment: "mid" }), ...old(2)];
  const plan = planService(testView({ desiredCount: 4, deployments, completedRevisionId: "r-mid" }, tasks));
  assert.match(movesOf(plan), /-2 old$/);
});
