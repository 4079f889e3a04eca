import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { describe1, ready, tasksTo } from "../../../../test/support/ecs-services.ts";
import { operations } from "./index.ts";

/** A service that runs, and begins to deploy another revision. */
async function deploying() {
  const { create, update, world, schedule } = await ready();
  await create();
  await schedule();
  await tasksTo(world, "RUNNING");
  await world.clock.advance(40_000);
  await schedule();
  await update({ taskDefinition: "hello:2" });
  await schedule();
  const list = await world.call(operations, "ListServiceDeployments", { cluster: "web", service: "app" });
  const deployments = list.serviceDeployments!;
  const [serviceDeploymentArn, before] = deployments.map((each) => each.serviceDeploymentArn!);
  return { deployments, serviceDeploymentArn: serviceDeploymentArn!, before: before!, world, schedule };
}

test("history of deployments: counted while they go on, listed newest first, stopped on request", async () => {
  const { deployments, serviceDeploymentArn, world, schedule } = await deploying();
  assert.deepEqual(
    deployments.map(({ status }) => status),
    ["IN_PROGRESS", "SUCCESSFUL"],
  );
  const [shown] = (
    await world.call(operations, "DescribeServiceDeployments", { serviceDeploymentArns: [serviceDeploymentArn] })
  ).serviceDeployments!;
  const { requestedTaskCount, pendingTaskCount } = shown!.targetServiceRevision!;
  assert.deepEqual(
    [requestedTaskCount, pendingTaskCount, shown!.sourceServiceRevisions![0]!.runningTaskCount],
    [2, 2, 2],
  );
  await world.call(operations, "StopServiceDeployment", { serviceDeploymentArn });
  await schedule();
  const service = await describe1(world);
  assert.match(service.taskDefinition!, /hello:1$/);
  const revisions = await world.call(operations, "DescribeServiceRevisions", {
    serviceRevisionArns: [shown!.targetServiceRevision!.arn!],
  });
  assert.match(revisions.serviceRevisions![0]!.taskDefinition!, /hello:2$/);
});

test("a deployment that is stopped keeps the numbers of its tasks as they were", async () => {
  const { serviceDeploymentArn, world, schedule } = await deploying();
  await world.call(operations, "StopServiceDeployment", { serviceDeploymentArn, stopType: "ABORT" });
  await schedule();
  const input = { serviceDeploymentArns: [serviceDeploymentArn] };
  const [stopped] = (await world.call(operations, "DescribeServiceDeployments", input)).serviceDeployments!;
  const counts = [stopped!.targetServiceRevision!, ...stopped!.sourceServiceRevisions!].map((each) => [
    each.requestedTaskCount,
    each.runningTaskCount,
    each.pendingTaskCount,
  ]);
  assert.deepEqual(
    [stopped!.status, counts],
    [
      "STOPPED",
      [
        [2, 0, 2],
        [2, 2, 0],
      ],
    ],
  );
});

test("to stop a deployment that rolls back already changes nothing; one that has ended is refused", async () => {
  const { serviceDeploymentArn, before, world, schedule } = await deploying();
  const status = async () => {
    const input = { serviceDeploymentArns: [serviceDeploymentArn] };
    return (await world.call(operations, "DescribeServiceDeployments", input)).serviceDeployments![0]!.status;
  };
  const stop = (stopType: "ABORT" | "ROLLBACK") =>
    world.call(operations, "StopServiceDeployment", { serviceDeploymentArn, stopType });
  for (const expected of ["ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"]) {
    await stop("ROLLBACK");
    assert.equal(await status(), expected);
    assert.deepEqual(await stop("ABORT"), { serviceDeploymentArn });
    assert.equal(await status(), expected);
    await schedule();
  }
  const ended = { serviceDeploymentArn: before };
  const fault = isFault("ConflictException", /its status is SUCCESSFUL/);
  await assert.rejects(world.call(operations, "StopServiceDeployment", ended), fault);
});

test("service deployments are listed twenty a page unless more are asked for", async () => {
  const { create, update, world } = await ready();
  await create();
  for (let i = 0; i < 20; i++) await update({ forceNewDeployment: true });
  const list = (input: object) =>
    world.call(operations, "ListServiceDeployments", { cluster: "web", service: "app", ...input });
  const { serviceDeployments: first, nextToken } = await list({});
  assert.equal(first!.length, 20);
  assert.equal((await list({ nextToken })).serviceDeployments!.length, 1);
  assert.equal((await list({ maxResults: 100 })).serviceDeployments!.length, 21);
});

test("a service that is made again under its name begins its history anew", async () => {
  const { create, world, schedule } = await ready();
  const list = async () =>
    (await world.call(operations, "ListServiceDeployments", { cluster: "web", service: "app" })).serviceDeployments!;
  await create({ desiredCount: 0 });
  await schedule();
  const [before] = await list();
  await world.call(operations, "DeleteService", { cluster: "web", service: "app" });
  await schedule();
  assert.equal((await list()).length, 1);
  await world.clock.advance(1);
  await create({ desiredCount: 0 });
  assert.deepEqual(
    (await list()).map(({ status }) => status),
    ["PENDING"],
  );
  const known = { serviceDeploymentArns: [before!.serviceDeploymentArn!] };
  assert.equal((await world.call(operations, "DescribeServiceDeployments", known)).serviceDeployments!.length, 1);
});
