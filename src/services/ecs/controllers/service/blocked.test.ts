import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ServiceRecord } from "../../model/service.ts";
import { planService } from "./plan.ts";
import { many, now, percent, testDeployment, testHistory, testTask, testView } from "./testing.ts";

const old = testDeployment("old", { status: "ACTIVE", rolloutState: "COMPLETED" });
const rollout = { deployments: [testDeployment("new"), old], completedRevisionId: "r-old" };

describe("what hinders a service is told once", () => {
  const protectedOld = many(2, { deployment: "old", protected: true });
  const cases: readonly [string, Partial<ServiceRecord>, Parameters<typeof testView>[1], string[]][] = [
    [
      "protected tasks of an earlier deployment",
      rollout,
      [...protectedOld, ...many(2, {})],
      ["(service app) was unable to stop tasks during a deployment due to (reason 2 tasks under protection)."],
    ],
    ["not while new tasks are on their way", rollout, [...protectedOld, testTask({}), testTask({ ran: 5 })], []],
    ["not again", { ...rollout, told: "protection" }, [...protectedOld, ...many(2, {})], []],
    [
      "protected tasks beyond the desired count",
      { desiredCount: 1 },
      many(3, { protected: true }),
      [
        "(service app) was unable to reach steady state because (taskSet new) was unable to scale in due to " +
          "(reason 3 tasks under protection)",
      ],
    ],
    [
      "not while what could go serves until a protected one has started",
      { desiredCount: 1 },
      [testTask({ protected: true, lastStatus: "PENDING" }), testTask({})],
      [],
    ],
    [
      "percentages that leave no move",
      { ...rollout, ...percent(100, 100) },
      many(2, { deployment: "old" }),
      [
        "(service app) was unable to stop or start tasks during a deployment because of the service deployment " +
          "configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
      ],
    ],
  ];
  for (const [name, service, tasks, events] of cases) {
    test(name, () => {
      const told = planService(testView(service, tasks)).events.filter((message) => message.includes("unable"));
      assert.deepEqual(told, events);
    });
  }

  test("protected tasks of the old revision when a blue/green deployment cleans up", () => {
    const { deploymentConfiguration: rolling } = percent(100, 200);
    const deploymentConfiguration = { ...rolling, strategy: "BLUE_GREEN" } as const;
    const history = testHistory("d-new", deploymentConfiguration, { lifecycleStage: "CLEAN_UP", stageSince: now });
    const view = testView({ ...rollout, deploymentConfiguration }, [...protectedOld, ...many(2, {})], {
      serviceDeployments: new Map([["d-new", history]]),
    });
    assert.deepEqual(planService(view).events, [
      "(service app) was unable to stop tasks during a deployment due to (reason 2 tasks under protection).",
    ]);
  });
});

describe("why nothing can be started", () => {
  const fault = "(service app) was unable to place a task.";
  const plan = (told: { message: string; at: number } | undefined, launchFault: string | undefined) => {
    const backoff = { failures: 3, retryAt: now - 1000, ...(told && { told }) };
    const deployments = [testDeployment("new", { backoff })];
    return planService(testView({ deployments }, [], { launchFault: () => launchFault }));
  };
  const lately = { message: fault, at: now - 6 * 3_600_000 + 1 };

  test("is told, and not again for six hours", () => {
    const first = plan(undefined, fault);
    assert.deepEqual(
      [first.events, first.service.deployments[0]!.backoff!.told],
      [[fault], { message: fault, at: now }],
    );
    const second = plan(lately, fault);
    assert.deepEqual([second.events, second.service.deployments[0]!.backoff!.told], [[], lately]);
    assert.deepEqual(plan({ ...lately, at: lately.at - 1 }, fault).events, [fault]);
  });

  test("is told again when it is something else, or had been resolved", () => {
    assert.deepEqual(plan(lately, "(service app) failed.").events, ["(service app) failed."]);
    const resolved = plan(lately, undefined);
    assert.equal(resolved.start.length, 1);
    assert.equal(resolved.service.deployments[0]!.backoff!.told, undefined);
  });
});
