import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { DeploymentConfiguration, DeploymentLifecycleHook } from "#generated/ecs/types.ts";
import { silentLog } from "#kernel/controller.ts";
import { noHttp, type SendHttp } from "#kernel/http-sender.ts";
import { sendHttp } from "#platform/http-sender.ts";
import { reconcileAll } from "../../../../test/support/controllers.ts";
import { deploying } from "../../../../test/support/ecs-deployments.ts";
import { describe1, tasksTo } from "../../../../test/support/ecs-services.ts";
import { type HookPayload, type HookReply, hookServer } from "../../../../test/support/hook-server.ts";
import { lifecycleHookController } from "../controllers/lifecycle-hook/controller.ts";
import { serviceDeployments } from "../model/service-deployment.ts";

const servers: (() => Promise<void>)[] = [];
after(() => Promise.all(servers.map((close) => close())));

/** A blue/green deployment with a hook of these stages, at a real HTTP server on this machine. */
async function hooked(
  lifecycleStages: DeploymentLifecycleHook["lifecycleStages"],
  reply: (payload: HookPayload, count: number) => HookReply,
  more: DeploymentConfiguration & {
    hook?: DeploymentLifecycleHook;
    send?: SendHttp;
    wrap?: (url: string) => string;
  } = {},
) {
  const server = await hookServer(reply);
  servers.push(() => server.close());
  const { hook, send = sendHttp, wrap = (url) => url, ...configuration } = more;
  const lifecycleHooks = [{ hookTargetArn: wrap(server.url), lifecycleStages: lifecycleStages!, ...hook }];
  const deployment = await deploying({ strategy: "BLUE_GREEN", ...configuration, lifecycleHooks });
  const controller = lifecycleHookController(send);
  const call = () => reconcileAll(deployment.world, controller, serviceDeployments);
  return { ...deployment, calls: server.calls, call, settle: () => deployment.settle(call) };
}

test("a hook is called with what AWS sends to a Lambda function; its success lets the deployment go on", async () => {
  const hookDetails = { bucket: "b" };
  const { settle, calls, history, work } = await hooked(
    ["PRE_SCALE_UP", "TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"],
    () => ({ hookStatus: "SUCCEEDED" }),
    { hook: { hookDetails } },
  );
  assert.equal((await settle()).at(-1), "SCALE_UP 0/0");
  await work();
  assert.equal((await settle()).at(-1), "CLEAN_UP 100/100");
  const { serviceDeploymentArn, targetServiceRevision, sourceServiceRevisions, ...shown } = await history();
  const [blue, green] = [sourceServiceRevisions![0]!.arn!, targetServiceRevision!.arn!];
  const common = { serviceArn: shown.serviceArn, targetServiceRevisionArn: green };
  const none = { testTrafficWeights: {}, productionTrafficWeights: {} };
  const expected = [
    ["PRE_SCALE_UP", none],
    ["TEST_TRAFFIC_SHIFT", { ...none, testTrafficWeights: { [green]: 100, [blue]: 0 } }],
    ["PRE_PRODUCTION_TRAFFIC_SHIFT", { ...none, productionTrafficWeights: { [green]: 0, [blue]: 100 } }],
    ["PRODUCTION_TRAFFIC_SHIFT", { ...none, productionTrafficWeights: { [green]: 100, [blue]: 0 } }],
  ] as const;
  assert.deepEqual(
    calls.map(({ executionId: _, ...call }) => call),
    expected.map(([lifecycleStage, weights]) => ({
      lifecycleStage,
      resourceArn: serviceDeploymentArn,
      executionDetails: { ...common, ...weights },
      hookDetails,
    })),
  );
  assert.equal(new Set(calls.map(({ executionId }) => executionId)).size, 4);
  assert.match(calls[0]!.executionId, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(
    shown.lifecycleHookDetails!.map(({ status }) => status),
    ["SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "SUCCEEDED"],
  );
});

test("a URL may stand in an ARN, for clients that take nothing else; it is shown as it was given", async () => {
  const { settle, calls, world } = await hooked(["PRE_SCALE_UP"], () => ({ hookStatus: "SUCCEEDED" }), {
    wrap: (url) => `arn:aws:lambda:us-east-1:000000000000:function:${url}`,
  });
  assert.equal((await settle()).at(-1), "SCALE_UP 0/0");
  assert.equal(calls.length, 1);
  const [shown] = (await describe1(world)).deploymentConfiguration!.lifecycleHooks!;
  assert.match(shown!.hookTargetArn!, /^arn:aws:lambda:us-east-1:000000000000:function:http:\/\/127/);
});

test("a linear shift calls at each of its steps", async () => {
  const stages = ["PRODUCTION_TRAFFIC_SHIFT"] as const;
  const linearConfiguration = { stepPercent: 50, stepBakeTimeInMinutes: 0 };
  const { settle, calls, work } = await hooked(stages, () => ({ hookStatus: "SUCCEEDED" }), {
    strategy: "LINEAR",
    linearConfiguration,
  });
  await settle();
  await work();
  await settle();
  const green = calls[0]!.executionDetails.targetServiceRevisionArn;
  assert.deepEqual(
    calls.map(({ executionDetails }) => executionDetails.productionTrafficWeights[green]),
    [50, 100],
  );
});

test("IN_PROGRESS: it is called again after 30 seconds or as long as it says, with what it said", async () => {
  const replies = [
    { hookStatus: "IN_PROGRESS", hookDetails: { seen: 1 } },
    { hookStatus: "IN_PROGRESS", callBackDelay: 60, hookDetails: { seen: 2, more: true } },
    { hookStatus: "SUCCEEDED" },
  ];
  const { settle, calls, world } = await hooked(["PRE_SCALE_UP"], (_, count) => replies[count - 1]!, {
    hook: { hookDetails: { given: true, seen: 0 } },
  });
  assert.deepEqual(await settle(), ["PRE_SCALE_UP 0/0"]);
  await world.clock.advance(29_999);
  await settle();
  assert.equal(calls.length, 1);
  await world.clock.advance(1);
  await settle();
  await world.clock.advance(59_999);
  await settle();
  assert.equal(calls.length, 2);
  await world.clock.advance(1);
  assert.equal((await settle()).at(-1), "SCALE_UP 0/0");
  assert.deepEqual(
    calls.map(({ hookDetails }) => hookDetails),
    [
      { given: true, seen: 0 },
      { given: true, seen: 1 },
      { given: true, seen: 2, more: true },
    ],
  );
  assert.equal(new Set(calls.map(({ executionId }) => executionId)).size, 1);
});

test("FAILED rolls back; stages whose traffic goes back are called, whatever they say", async () => {
  const stages = ["TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT"] as const;
  let back = false;
  const { settle, calls, history, work, world } = await hooked(stages, ({ lifecycleStage }) => {
    back ||= lifecycleStage === "POST_TEST_TRAFFIC_SHIFT";
    return { hookStatus: back ? "FAILED" : "SUCCEEDED" };
  });
  await settle();
  await work();
  assert.equal((await settle()).at(-1), "ROLLBACK_IN_PROGRESS");
  const { rollback, serviceDeploymentArn: _, ...rest } = await history();
  const failed =
    "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. Lifecycle hook target " +
    "post-test-traffic-shift-0 returned FAILED status.";
  assert.deepEqual([rollback!.reason, rest.statusReason], [failed, failed]);
  const green = rest.targetServiceRevision!.arn!;
  const last = calls.at(-1)!;
  assert.deepEqual(
    [last.lifecycleStage, last.executionDetails.testTrafficWeights[green], calls.length],
    ["TEST_TRAFFIC_SHIFT", 0, 3],
  );
  await tasksTo(world, "STOPPED");
  assert.deepEqual(await settle(), ["ROLLBACK_SUCCESSFUL"]);
  const service = await describe1(world);
  assert.match(service.taskDefinition!, /hello:1$/);
  assert.match(
    service.deployments!.map(({ rolloutStateReason }) => rolloutStateReason).join(),
    /ECS deployment ecs-svc\/\d+ completed/,
  );
});

const ends: readonly [string, HookReply, RegExp][] = [
  ["no hookStatus", { ok: true }, /without a valid hookStatus/],
  ["no JSON", { status: 200, body: "fine" }, /without a valid hookStatus/],
  ["a delay that is none", { hookStatus: "IN_PROGRESS", callBackDelay: "soon" }, /without a valid hookStatus/],
  ["a refusal", { status: 403 }, /pre-scale-up-0 answered 403/],
  ["a redirection, which is not followed", { status: 302 }, /pre-scale-up-0 answered 302/],
  ["too much", { status: 200, body: "x".repeat(20_000) }, /127\.0\.0\.1:\d+ answered with more than 16384 bytes\.$/],
];
for (const [name, reply, why] of ends) {
  test(`${name} fails the deployment, as a Lambda function that fails does`, async () => {
    const { settle, history } = await hooked(["PRE_SCALE_UP"], () => reply);
    await settle();
    const { status, rollback } = await history();
    assert.equal(status, "ROLLBACK_SUCCESSFUL");
    assert.match(rollback!.reason!, why);
  });
}

describe("a hook that does not answer", () => {
  test("is called again at growing intervals", async () => {
    const { settle, calls, world } = await hooked(["PRE_SCALE_UP"], (_, count) =>
      count < 3 ? { status: 503 } : { hookStatus: "SUCCEEDED" },
    );
    await settle();
    assert.equal(calls.length, 1);
    await world.clock.advance(1000);
    await settle();
    await world.clock.advance(1999);
    await settle();
    assert.equal(calls.length, 2);
    await world.clock.advance(1);
    assert.equal((await settle()).at(-1), "SCALE_UP 0/0");
  });

  test("has failed after a quarter of an hour", async () => {
    const { settle, history, world } = await hooked(["PRE_SCALE_UP"], () => ({}), { send: noHttp });
    for (let i = 0; i < 14; i++) {
      assert.equal((await settle()).at(-1), "PRE_SCALE_UP 0/0");
      await world.clock.advance(60_000);
    }
    await settle();
    await world.clock.advance(60_000);
    await settle();
    const { rollback, status } = await history();
    assert.equal(status, "ROLLBACK_SUCCESSFUL");
    assert.match(rollback!.reason!, /pre-scale-up-0 could not be called: 127.*could not be reached, and was tried/);
  });

  test("takes no longer than its timeout", async () => {
    const timeoutConfiguration = { timeoutInMinutes: 1, action: "CONTINUE" } as const;
    const { settle, world } = await hooked(["PRE_SCALE_UP"], () => ({ hookStatus: "IN_PROGRESS" }), {
      hook: { timeoutConfiguration },
    });
    await settle();
    await world.clock.advance(60_000);
    assert.equal((await settle()).at(-1), "SCALE_UP 0/0");
  });
});

test("a call whose answer was lost with the process is made once more, under the same id", async () => {
  const { world, schedule, calls, settle } = await hooked(["PRE_SCALE_UP"], () => ({ hookStatus: "SUCCEEDED" }));
  await schedule();
  await schedule();
  const dies: SendHttp = async (...given) => {
    await sendHttp(...given);
    throw new Error("The process has ended.");
  };
  const lost = reconcileAll(world, lifecycleHookController(dies), serviceDeployments);
  await assert.rejects(lost, /process has ended/);
  assert.equal((await settle()).at(-1), "SCALE_UP 0/0");
  assert.deepEqual(
    calls.map(({ executionId }) => executionId),
    [calls[0]!.executionId, calls[0]!.executionId],
  );
});

test("nothing of the URL but its host is logged", async () => {
  const { world, schedule } = await hooked(["PRE_SCALE_UP"], () => ({}));
  await schedule();
  await schedule();
  const lines: unknown[] = [];
  const line = (...fields: unknown[]) => lines.push(fields);
  const log = { ...silentLog, debug: line, info: line, warn: line, error: line };
  const { key } = [...world.store.view(serviceDeployments).all()].find(({ value }) => value.hooks.length > 0)!;
  const ctx = { store: world.store.as("ecs.lifecycle-hook"), clock: world.clock, random: world.random, log };
  await lifecycleHookController(noHttp).reconcile(key, ctx);
  await world.clock.advance(1000);
  await lifecycleHookController(sendHttp).reconcile(key, ctx);
  assert.equal(lines.length, 2);
  assert.doesNotMatch(JSON.stringify(lines), /secret-of-the-hook/);
});
