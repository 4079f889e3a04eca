import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DeploymentConfiguration, ServiceDeployment } from "#generated/ecs/types.ts";
import { isFault } from "../../../../test/support/context.ts";
import { deploying } from "../../../../test/support/ecs-deployments.ts";
import { describe1, ready, tasksTo } from "../../../../test/support/ecs-services.ts";
import { operations } from "./index.ts";

const minute = 60_000;

const revisionsRunning = async (deployment: ServiceDeployment) => [
  deployment.sourceServiceRevisions![0]!.runningTaskCount,
  deployment.targetServiceRevision!.runningTaskCount,
];

test("blue/green: green scales up, traffic shifts to it, both stay for the bake time, blue goes", async () => {
  const { settle, work, history, world } = await deploying({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 });
  assert.deepEqual(await settle(), ["PRE_SCALE_UP 0/0", "SCALE_UP 0/0"]);
  await work();
  assert.deepEqual(await settle(), [
    "POST_SCALE_UP 0/0",
    "TEST_TRAFFIC_SHIFT 100/0",
    "POST_TEST_TRAFFIC_SHIFT 100/0",
    "PRODUCTION_TRAFFIC_SHIFT 100/0",
    "PRODUCTION_TRAFFIC_SHIFT 100/100",
    "POST_PRODUCTION_TRAFFIC_SHIFT 100/100",
    "BAKE_TIME 100/100",
  ]);
  assert.deepEqual(await revisionsRunning(await history()), [2, 2]);
  await world.clock.advance(5 * minute - 1);
  assert.deepEqual(await settle(), ["BAKE_TIME 100/100"]);
  await world.clock.advance(1);
  assert.deepEqual(await settle(), ["CLEAN_UP 100/100"]);
  await tasksTo(world, "STOPPED");
  assert.deepEqual(await settle(), ["SUCCESSFUL"]);
  const service = await describe1(world);
  assert.deepEqual([service.deployments!.length, service.runningCount], [1, 2]);
});

test("linear: production traffic shifts in equal steps, each with its time", async () => {
  const linearConfiguration = { stepPercent: 33.4, stepBakeTimeInMinutes: 1 };
  const { settle, work, world } = await deploying({ strategy: "LINEAR", linearConfiguration });
  await settle();
  await work();
  assert.equal((await settle()).at(-1), "PRODUCTION_TRAFFIC_SHIFT 100/33.4");
  await world.clock.advance(minute);
  assert.deepEqual(await settle(), ["PRODUCTION_TRAFFIC_SHIFT 100/66.8"]);
  await world.clock.advance(minute);
  assert.deepEqual(await settle(), [
    "PRODUCTION_TRAFFIC_SHIFT 100/100",
    "POST_PRODUCTION_TRAFFIC_SHIFT 100/100",
    "BAKE_TIME 100/100",
    "CLEAN_UP 100/100",
  ]);
});

test("canary: a little first, then the rest", async () => {
  const canaryConfiguration = { canaryPercent: 7.5, canaryBakeTimeInMinutes: 3 };
  const { settle, work, world } = await deploying({ strategy: "CANARY", canaryConfiguration });
  await settle();
  await work();
  assert.equal((await settle()).at(-1), "PRODUCTION_TRAFFIC_SHIFT 100/7.5");
  await world.clock.advance(3 * minute);
  assert.equal((await settle())[0], "PRODUCTION_TRAFFIC_SHIFT 100/100");
});

describe("hooks that pause", () => {
  const hook = (lifecycleStages: readonly string[], action: "CONTINUE" | "ROLLBACK") =>
    ({
      strategy: "BLUE_GREEN",
      lifecycleHooks: [
        { targetType: "PAUSE", lifecycleStages, timeoutConfiguration: { timeoutInMinutes: 10, action } },
      ],
    }) as DeploymentConfiguration;

  test("hold the deployment until it is continued", async () => {
    const { settle, history, world } = await deploying(hook(["PRE_SCALE_UP"], "ROLLBACK"));
    assert.deepEqual(await settle(), ["PRE_SCALE_UP 0/0"]);
    const { serviceDeploymentArn, lifecycleHookDetails } = await history();
    const [{ hookId, status }] = lifecycleHookDetails as [{ hookId: string; status: string }];
    assert.equal(status, "AWAITING_ACTION");
    const go = (id: string) =>
      world.call(operations, "ContinueServiceDeployment", { serviceDeploymentArn: serviceDeploymentArn!, hookId: id });
    await assert.rejects(go("none"), isFault("InvalidParameterException", /no lifecycle hook none/));
    await go(hookId);
    assert.deepEqual(await settle(), ["SCALE_UP 0/0"]);
    await assert.rejects(go(hookId), isFault("InvalidParameterException", /its status is SUCCEEDED/));
  });

  test("roll back when they are told to", async () => {
    const { settle, history, world, work } = await deploying(hook(["POST_TEST_TRAFFIC_SHIFT"], "CONTINUE"));
    await settle();
    await work();
    assert.equal((await settle()).at(-1), "POST_TEST_TRAFFIC_SHIFT 100/0");
    const { serviceDeploymentArn, lifecycleHookDetails } = await history();
    const { hookId } = lifecycleHookDetails![0]!;
    const input = { serviceDeploymentArn: serviceDeploymentArn!, hookId: hookId!, action: "ROLLBACK" as const };
    await world.call(operations, "ContinueServiceDeployment", input);
    assert.deepEqual(await settle(), ["ROLLBACK_IN_PROGRESS"]);
    const { sourceServiceRevisions, targetServiceRevision, statusReason } = await history();
    assert.match(
      statusReason!,
      /^Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT .*failed\. Lifecycle hook \S+ was told by/,
    );
    assert.equal(targetServiceRevision!.requestedTestTrafficWeight, 0);
    assert.equal(sourceServiceRevisions![0]!.requestedProductionTrafficWeight, 100);
    await tasksTo(world, "STOPPED");
    assert.deepEqual(await settle(), ["ROLLBACK_SUCCESSFUL"]);
    assert.match((await describe1(world)).taskDefinition!, /hello:1$/);
  });

  for (const [action, stage] of [
    ["CONTINUE", "SCALE_UP 0/0"],
    ["ROLLBACK", "ROLLBACK_SUCCESSFUL"],
  ] as const) {
    test(`${action} when their time is up, if that is to be so`, async () => {
      const { settle, world } = await deploying(hook(["PRE_SCALE_UP"], action));
      await settle();
      await world.clock.advance(10 * minute);
      assert.equal((await settle()).at(-1), stage);
    });
  }

  test("run before each step of a shift", async () => {
    const { settle, work, history, world } = await deploying({
      strategy: "LINEAR",
      linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 0 },
      lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages: ["PRE_PRODUCTION_TRAFFIC_SHIFT"] }],
    });
    await settle();
    await work();
    for (const at of ["100/0", "100/50"]) {
      assert.equal((await settle()).at(-1), `PRODUCTION_TRAFFIC_SHIFT ${at}`);
      const { serviceDeploymentArn, lifecycleHookDetails } = await history();
      const hookId = lifecycleHookDetails!.find(({ status }) => status === "AWAITING_ACTION")!.hookId!;
      await world.call(operations, "ContinueServiceDeployment", {
        serviceDeploymentArn: serviceDeploymentArn!,
        hookId,
      });
    }
    assert.equal((await settle()).at(-1), "CLEAN_UP 100/100");
  });
});

test("a newer deployment puts an end to one that is under way: what is left of it is reconciled first", async () => {
  const { settle, work, update, world } = await deploying({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 60 });
  await settle();
  await work();
  assert.equal((await settle()).at(-1), "BAKE_TIME 100/100");
  await update({ forceNewDeployment: true });
  assert.deepEqual(await settle(), ["RECONCILE_SERVICE 0/0"]);
  await tasksTo(world, "STOPPED");
  assert.deepEqual(await settle(), ["RECONCILE_SERVICE 0/0", "PRE_SCALE_UP 0/0", "SCALE_UP 0/0"]);
});

test("in CLEAN_UP nothing takes the traffic back: neither a newer deployment nor a stop", async () => {
  const { settle, work, update, history, world } = await deploying({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 });
  await settle();
  await work();
  assert.equal((await settle()).at(-1), "CLEAN_UP 100/100");
  const { serviceDeploymentArn, targetServiceRevision: green } = await history();
  const stop = world.call(operations, "StopServiceDeployment", { serviceDeploymentArn: serviceDeploymentArn! });
  await assert.rejects(stop, isFault("ConflictException", /shifted all traffic/));
  await update({ forceNewDeployment: true });
  assert.deepEqual(await settle(), ["RECONCILE_SERVICE 0/0"]);
  const { sourceServiceRevisions: sources } = await history();
  assert.deepEqual(
    sources!.map(({ arn, requestedProductionTrafficWeight: weight }) => [arn === green!.arn, weight]),
    [
      [true, 100],
      [false, undefined],
    ],
  );
  const before = { serviceDeploymentArns: [serviceDeploymentArn!] };
  const { serviceDeployments } = await world.call(operations, "DescribeServiceDeployments", before);
  assert.equal(serviceDeployments![0]!.status, "SUCCESSFUL");
  await tasksTo(world, "STOPPED");
  assert.deepEqual((await settle()).slice(-1), ["SCALE_UP 0/0"]);
});

test("StopServiceDeployment rolls back from any stage before CLEAN_UP", async () => {
  const { settle, work, history, world } = await deploying({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 60 });
  await settle();
  await work();
  await settle();
  const { serviceDeploymentArn } = await history();
  await world.call(operations, "StopServiceDeployment", { serviceDeploymentArn: serviceDeploymentArn! });
  assert.equal((await settle()).at(-1), "ROLLBACK_IN_PROGRESS");
  await tasksTo(world, "STOPPED");
  assert.deepEqual(await settle(), ["ROLLBACK_SUCCESSFUL"]);
  assert.match((await describe1(world)).taskDefinition!, /hello:1$/);
});

test("rolling: a bake time, and early success", async () => {
  const early = { enable: true, healthyPercent: 100, sourceServiceRevisionCleanup: "DEFERRED" } as const;
  const { settle, work, world } = await deploying({ bakeTimeInMinutes: 2, earlySuccessCriteria: early });
  await settle();
  await work();
  assert.equal((await settle()).at(-1), "BAKE_TIME 0/0");
  await world.clock.advance(2 * minute);
  assert.equal((await settle()).at(-1), "SUCCESSFUL");
});

const refused: readonly [string, DeploymentConfiguration, string, RegExp][] = [
  [
    "a linear step too small",
    { strategy: "LINEAR", linearConfiguration: { stepPercent: 2.9 } },
    "InvalidParameterException",
    /3\.0 to 100\.0/,
  ],
  [
    "a canary of hundredths",
    { strategy: "CANARY", canaryConfiguration: { canaryPercent: 1.25 } },
    "InvalidParameterException",
    /multiple of 0\.1/,
  ],
  [
    "a linear configuration of a canary",
    { strategy: "CANARY", linearConfiguration: {} },
    "InvalidParameterException",
    /only valid with the deployment strategy LINEAR/,
  ],
  [
    "a bake time of more than a day",
    { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1441 },
    "InvalidParameterException",
    /bakeTimeInMinutes/,
  ],
  [
    "early success without a share",
    { earlySuccessCriteria: { enable: true } },
    "InvalidParameterException",
    /healthyPercent/,
  ],
  [
    "Lambda functions",
    {
      strategy: "BLUE_GREEN",
      lifecycleHooks: [{ hookTargetArn: "arn:aws:lambda:x", lifecycleStages: ["PRE_SCALE_UP"] }],
    },
    "UnsupportedFeatureException",
    /PAUSE/,
  ],
  ...(
    [
      ["a call of nothing", {}, /hookTargetArn can not be blank/],
      ["a URL with a password", { hookTargetArn: "https://me:secret@example.com" }, /without user name, password/],
      ["a URL that is none", { hookTargetArn: "http://" }, /must be a URL/],
      ["a hook of two days", { hookTargetArn: "http://a", timeoutConfiguration: { timeoutInMinutes: 2880 } }, /1440/],
      ["a pause with a target", { targetType: "PAUSE", hookTargetArn: "http://a" }, /not applicable for PAUSE/],
      [
        "a pause of a shift",
        { targetType: "PAUSE", lifecycleStages: ["PRODUCTION_TRAFFIC_SHIFT"] },
        /cannot be configured at the PRODUCTION_TRAFFIC_SHIFT stage/,
      ],
    ] as const
  ).map(
    ([name, hook, message]) =>
      [
        name,
        { strategy: "BLUE_GREEN", lifecycleHooks: [{ lifecycleStages: ["PRE_SCALE_UP"], ...hook }] },
        "InvalidParameterException",
        message,
      ] as (typeof refused)[number],
  ),
  [
    "deployment alarms without a name",
    { alarms: { alarmNames: [], enable: true, rollback: true } },
    "InvalidParameterException",
    /alarmNames can not be empty/,
  ],
  ["a hook for no stage", { lifecycleHooks: [{ targetType: "PAUSE" }] }, "InvalidParameterException", /at least one/],
];
for (const [name, deploymentConfiguration, code, message] of refused) {
  test(`CreateService refuses ${name}`, async () => {
    const { create } = await ready();
    await assert.rejects(create({ deploymentConfiguration }), isFault(code, message));
  });
}
