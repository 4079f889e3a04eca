import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CreateServiceRequest, UpdateServiceRequest } from "#generated/ecs/types.ts";
import { isFault } from "../../../../test/support/context.ts";
import { at, describe1, ready, tasksTo } from "../../../../test/support/ecs-services.ts";
import { changeTask, tasks } from "../model/task.ts";
import { operations } from "./index.ts";

const daemon: Partial<CreateServiceRequest> = {
  schedulingStrategy: "DAEMON",
  desiredCount: undefined as never,
  taskDefinition: "machine",
  launchType: "EC2",
  networkConfiguration: undefined as never,
};
const onProviders = {
  launchType: undefined as never,
  capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
};

describe("CreateService", () => {
  const refused: readonly [string, Partial<CreateServiceRequest>, string, RegExp][] = [
    ["no such cluster", { cluster: "none" }, "ClusterNotFoundException", /Cluster not found/],
    ["a name with spaces", { serviceName: "my app" }, "InvalidParameterException", /name/],
    ["no task definition", { taskDefinition: undefined as never }, "InvalidParameterException", /can not be blank/],
    ["an unknown task definition", { taskDefinition: "none" }, "ClientException", /TaskDefinition not found/],
    ["no desired count", { desiredCount: undefined as never }, "InvalidParameterException", /desiredCount/],
    ["a token of 37 characters", { clientToken: "t".repeat(37) }, "InvalidParameterException", /^clientToken .* 36 /],
    ["too many tasks", { desiredCount: 5001 }, "InvalidParameterException", /at most 5000/],
    [
      "the wrong launch type",
      { taskDefinition: "machine" },
      "InvalidParameterException",
      /does not support launch_type/,
    ],
    [
      "no network",
      { networkConfiguration: undefined as never },
      "InvalidParameterException",
      /Network Configuration must/,
    ],
    [
      "daemons on Fargate",
      { schedulingStrategy: "DAEMON", desiredCount: undefined as never },
      "InvalidParameterException",
      /DAEMON/,
    ],
    ["a count for daemons", { schedulingStrategy: "DAEMON" }, "InvalidParameterException", /desired count value/],
    [
      "more than one daemon an instance",
      { ...daemon, deploymentConfiguration: { maximumPercent: 200 } },
      "InvalidParameterException",
      /does not support values above 100 for maximumPercent/,
    ],
    [
      "DAEMON, blue/green",
      { ...daemon, deploymentConfiguration: { strategy: "BLUE_GREEN" } },
      "InvalidParameterException",
      /does not support the deployment strategy BLUE_GREEN/,
    ],
    [
      "daemons on capacity providers",
      { ...onProviders, schedulingStrategy: "DAEMON", desiredCount: undefined as never },
      "InvalidParameterException",
      /^Specifying a capacity provider strategy is not supported when you create a service using the DAEMON/,
    ],
    [
      "an unknown target group",
      { loadBalancers: [{ targetGroupArn: "arn:x" }] },
      "InvalidParameterException",
      /arn:x does not exist/,
    ],
    ["volumes of EBS", { volumeConfigurations: [{ name: "v" }] }, "InvalidParameterException", /EBS/],
    ["CodeDeploy", { deploymentController: { type: "CODE_DEPLOY" } }, "UnsupportedFeatureException", /CODE_DEPLOY/],
    ["an unknown registry", { serviceRegistries: [{ registryArn: "arn:x" }] }, "InvalidParameterException", /registry/],
    [
      "a minimum above 100",
      { deploymentConfiguration: { minimumHealthyPercent: 101 } },
      "InvalidParameterException",
      /minimumHealthyPercent/,
    ],
    [
      "a maximum below 100",
      { deploymentConfiguration: { maximumPercent: 99 } },
      "InvalidParameterException",
      /maximumPercent/,
    ],
    ["a negative grace period", { healthCheckGracePeriodSeconds: -1 }, "InvalidParameterException", /^healthCheckGr/],
    [
      "bounds that block every deployment",
      { deploymentConfiguration: { maximumPercent: 100 } },
      "InvalidParameterException",
      /^Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments\.$/,
    ],
    ["placement on Fargate", { placementStrategy: [{ type: "random" }] }, "InvalidParameterException", /FARGATE/],
    [
      "a strategy and a launch type",
      { capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }] },
      "InvalidParameterException",
      /both a launch type and capacity provider strategy/,
    ],
  ];
  for (const [name, fields, code, message] of refused) {
    test(`refuses ${name}`, async () => {
      const { create } = await ready();
      await assert.rejects(create(fields), isFault(code, message));
    });
  }

  test("answers with the service and its deployment", async () => {
    const { create, world } = await ready();
    const { service } = await create({ tags: [{ key: "team", value: "a" }] });
    assert.equal(service!.serviceArn, "arn:aws:ecs:us-east-1:000000000000:service/web/app");
    assert.deepEqual([service!.status, service!.desiredCount, service!.runningCount], ["ACTIVE", 2, 0]);
    const [deployment] = service!.deployments!;
    assert.match(deployment!.id!, /^ecs-svc\/\d{19}$/);
    assert.deepEqual([deployment!.status, deployment!.rolloutState], ["PRIMARY", "IN_PROGRESS"]);
    assert.deepEqual((await describe1(world)).tags, [{ key: "team", value: "a" }]);
  });

  test("shows the service-linked role of what ECS does for it in other services", async () => {
    const { create, world } = await ready();
    const linked = "arn:aws:iam::000000000000:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
    assert.equal((await create()).service!.roleArn, linked);
    const bridge = { serviceName: "bridge", ...daemon, schedulingStrategy: "REPLICA", desiredCount: 0 } as const;
    assert.equal((await create(bridge)).service!.roleArn, undefined);
    const external = {
      cluster: "web",
      serviceName: "own",
      desiredCount: 0,
      deploymentController: { type: "EXTERNAL" },
    };
    assert.equal(
      (await world.call(operations, "CreateService", external as CreateServiceRequest)).service!.roleArn,
      linked,
    );
  });

  test("daemons: without container instances none is wanted, and the service is steady", async () => {
    const { create, update, world, schedule } = await ready();
    const { service } = await create(daemon);
    assert.deepEqual([service!.desiredCount, service!.schedulingStrategy], [0, "DAEMON"]);
    const { maximumPercent, minimumHealthyPercent } = service!.deploymentConfiguration!;
    assert.deepEqual([maximumPercent, minimumHealthyPercent], [100, 0]);
    assert.equal(service!.availabilityZoneRebalancing, "DISABLED");
    for (let i = 0; i < 3; i++) await schedule();
    const [deployment] = (await describe1(world)).deployments!;
    assert.deepEqual([deployment!.rolloutState, deployment!.desiredCount], ["COMPLETED", 0]);
    const again = isFault("InvalidParameterException", /does not support a desired count/);
    await assert.rejects(update({ desiredCount: 1 }), again);
    await world.call(operations, "DeleteService", { cluster: "web", service: "app" });
  });

  test("shows the platform version that was asked for, and deployments the one that it is", async () => {
    const { create, update, world } = await ready();
    const versions = async () => {
      const { platformVersion, deployments } = await describe1(world);
      return [platformVersion, deployments!.length, deployments![0]!.platformVersion];
    };
    await create();
    assert.deepEqual(await versions(), ["LATEST", 1, "1.4.0"]);
    await update({ platformVersion: "LATEST" });
    assert.deepEqual(await versions(), ["LATEST", 1, "1.4.0"]);
    await update({ platformVersion: "1.4.0" });
    assert.deepEqual(await versions(), ["1.4.0", 1, "1.4.0"]);
  });

  test("is idempotent for the same request, and refuses another one", async () => {
    const { create } = await ready();
    const first = await create();
    assert.equal((await create({ clientToken: "t" })).service!.deployments![0]!.id, first.service!.deployments![0]!.id);
    await assert.rejects(
      create({ desiredCount: 3 }),
      isFault("InvalidParameterException", "Creation of service was not idempotent."),
    );
  });
});

test("a service starts its tasks, settles, and says so", async () => {
  const { create, world, schedule } = await ready();
  await create({ propagateTags: "SERVICE", enableECSManagedTags: true, tags: [{ key: "team", value: "a" }] });
  await schedule();
  const started = world.store.view(tasks).by("group", `${at.account}/${at.region}/web/service:app`);
  assert.equal(started.length, 2);
  const service = await describe1(world);
  for (const serviceName of ["app", service.serviceArn!]) {
    const { taskArns } = await world.call(operations, "ListTasks", { cluster: "web", serviceName });
    assert.equal(taskArns!.length, 2, serviceName);
  }
  assert.deepEqual([service.pendingCount, started[0]!.value.startedBy], [2, service.deployments![0]!.id]);
  assert.deepEqual(started[0]!.value.tags, [
    { key: "team", value: "a" },
    { key: "aws:ecs:clusterName", value: "web" },
    { key: "aws:ecs:serviceName", value: "app" },
  ]);
  await tasksTo(world, "RUNNING");
  await world.clock.advance(40_000);
  await schedule();
  const steady = await describe1(world);
  assert.equal(steady.deployments![0]!.rolloutState, "COMPLETED");
  assert.deepEqual(
    steady.events!.map(({ message }) => message!.replace(/ \(task \w+\)/g, "").replace(/svc\/\d+/, "svc/1")),
    [
      "(service app) has reached a steady state.",
      "(service app) (deployment ecs-svc/1) deployment completed.",
      "(service app) has started 2 tasks:.",
    ],
  );
  assert.equal(steady.currentServiceDeployment, undefined);
});

test("what the scheduler notes of a task, which nobody is shown, is no new version of it", async () => {
  const { create, world, schedule } = await ready();
  await create({ desiredCount: 1 });
  await schedule();
  await tasksTo(world, "RUNNING");
  const [running] = [...world.store.view(tasks).all()];
  const ended = changeTask(running!.value, { desiredStatus: "STOPPED", stopCode: "EssentialContainerExited" });
  await world.store.as("ecs.task").commit({ put: [{ key: running!.key, value: ended }] });
  await tasksTo(world, "STOPPED");
  const { version } = world.store.view(tasks).get(running!.key)!.value;
  await schedule();
  const noted = world.store.view(tasks).get(running!.key)!.value;
  assert.deepEqual([noted.service!.accounted, noted.version], [true, version]);
});

test("a capacity provider strategy is followed", async () => {
  const { create, world, schedule } = await ready();
  const capacityProviderStrategy = [
    { capacityProvider: "FARGATE", base: 1, weight: 1 },
    { capacityProvider: "FARGATE_SPOT", weight: 3 },
  ];
  await create({ launchType: undefined as never, capacityProviderStrategy, desiredCount: 9 });
  await schedule();
  const names = [...world.store.view(tasks).all()].map(({ value }) => value.capacityProviderName);
  assert.equal(names.filter((name) => name === "FARGATE_SPOT").length, 6);
});

describe("UpdateService", () => {
  test("begins a deployment when the tasks change, or when forced; else not", async () => {
    const { create, update } = await ready();
    await create({ taskDefinition: "with-role" });
    const count = async (fields: Partial<UpdateServiceRequest>) => (await update(fields)).service!.deployments!.length;
    assert.equal(await count({ desiredCount: 3 }), 1);
    assert.equal(await count({ taskDefinition: "with-role:1" }), 1);
    assert.equal(await count({ enableExecuteCommand: true }), 1);
    assert.equal(await count({ deploymentConfiguration: { maximumPercent: 150 } }), 1);
    assert.equal(await count({ forceNewDeployment: true }), 2);
    assert.equal(await count({ taskDefinition: "hello:2", enableExecuteCommand: false }), 3);
  });

  for (const operation of ["DeregisterTaskDefinition", "DeleteTaskDefinitions"] as const) {
    test(`scales what runs from a definition after ${operation}, and deploys it no more`, async () => {
      const { create, update, world, schedule } = await ready();
      await create();
      await world.call(operations, "DeregisterTaskDefinition", { taskDefinition: "hello:1" });
      if (operation === "DeleteTaskDefinitions")
        await world.call(operations, operation, { taskDefinitions: ["hello:1"] });
      await update({ desiredCount: 3 });
      await schedule();
      assert.equal([...world.store.view(tasks).all()].length, 3);
      const inactive = isFault("ClientException", "TaskDefinition is inactive");
      await assert.rejects(update({ forceNewDeployment: true }), inactive);
      await assert.rejects(update({ taskDefinition: "hello:1" }), inactive);
    });
  }

  test("ECS Exec asks for a task role", async () => {
    const { create, update } = await ready();
    const refused = (done: string) =>
      isFault(
        "InvalidParameterException",
        `The service couldn't be ${done} because a valid taskRoleArn is not being used. Specify a valid task role in ` +
          "your task definition and try again.",
      );
    await assert.rejects(create({ enableExecuteCommand: true }), refused("created"));
    await create();
    await assert.rejects(update({ enableExecuteCommand: true }), refused("updated"));
    await update({ taskDefinition: "with-role", enableExecuteCommand: true });
    await assert.rejects(update({ taskDefinition: "hello" }), refused("updated"));
    await update({ desiredCount: 1 });
  });

  test("another capacity needs a deployment that is forced", async () => {
    const { create, update, world, schedule } = await ready();
    await create();
    const spot = { capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }] };
    const mustForce = isFault("InvalidParameterException", /^When switching from launch type to .* force a new dep/);
    await assert.rejects(update(spot), mustForce);
    await assert.rejects(update({ ...spot, taskDefinition: "hello:2" }), mustForce);
    const { service } = await update({ ...spot, forceNewDeployment: true });
    assert.deepEqual([service!.deployments!.length, service!.launchType], [2, undefined]);
    await schedule();
    const [task] = [...world.store.view(tasks).all()];
    assert.equal(task!.value.capacityProviderName, "FARGATE_SPOT");
    // To say it again changes nothing. An empty strategy leads back.
    assert.equal((await update(spot)).service!.deployments!.length, 1);
    await assert.rejects(update({ capacityProviderStrategy: [] }), mustForce);
    const after = (await update({ capacityProviderStrategy: [], forceNewDeployment: true })).service!;
    assert.deepEqual([after.launchType, after.capacityProviderStrategy], ["FARGATE", undefined]);
  });

  test("refuses a negative grace period", async () => {
    const { create, update } = await ready();
    await create();
    const negative = update({ healthCheckGracePeriodSeconds: -1 });
    await assert.rejects(negative, isFault("InvalidParameterException", /^healthCheckGracePeriodSeconds must be/));
  });

  test("refuses a service that is not there, or no longer ACTIVE", async () => {
    const { create, update, world } = await ready();
    await assert.rejects(update({ desiredCount: 1 }), isFault("ServiceNotFoundException", "Service not found."));
    await create();
    await world.call(operations, "DeleteService", { cluster: "web", service: "app", force: true });
    await assert.rejects(update({ desiredCount: 1 }), isFault("ServiceNotActiveException", "Service was not ACTIVE."));
  });
});

test("task protection: for tasks of services alone, until it expires", async () => {
  const { create, world, schedule } = await ready();
  await create();
  await schedule();
  const [task] = [...world.store.view(tasks).all()];
  const protect = (input: { protectionEnabled: boolean; expiresInMinutes?: number }, id = task!.value.id) =>
    world.call(operations, "UpdateTaskProtection", { cluster: "web", tasks: [id], ...input });
  const [told] = (await protect({ protectionEnabled: true })).protectedTasks!;
  assert.deepEqual([told!.protectionEnabled, told!.expirationDate], [true, world.clock.now() + 7_200_000]);
  await assert.rejects(
    protect({ protectionEnabled: true, expiresInMinutes: 2881 }),
    isFault("InvalidParameterException"),
  );
  assert.equal((await protect({ protectionEnabled: true }, "0".repeat(32))).failures![0]!.reason, "MISSING");
  await world.clock.advance(7_200_001);
  const get = () => world.call(operations, "GetTaskProtection", { cluster: "web", tasks: [task!.value.id] });
  assert.equal((await get()).protectedTasks![0]!.protectionEnabled, false);
});

test("task protection: refused when more tasks are protected than the service shall have", async () => {
  const { create, update, world, schedule } = await ready();
  await create({ desiredCount: 3 });
  await schedule();
  await tasksTo(world, "RUNNING");
  const ids = [...world.store.view(tasks).all()].map(({ value }) => value.id);
  const protect = (protectionEnabled: boolean, which: string[]) =>
    world.call(operations, "UpdateTaskProtection", { cluster: "web", tasks: which, protectionEnabled });
  assert.deepEqual((await protect(true, ids)).failures, []);
  await update({ desiredCount: 2 });
  await schedule();
  const { protectedTasks, failures } = await protect(true, ids.slice(0, 1));
  assert.deepEqual([protectedTasks, failures!.map(({ reason }) => reason)], [[], ["DEPLOYMENT_BLOCKED"]]);
  const told = (await describe1(world)).events!.map(({ message }) => message);
  assert.match(
    told[0]!,
    /steady state because \(taskSet ecs-svc\/\d+\) was unable .* \(reason 3 tasks under protection\)$/,
  );
  assert.deepEqual((await protect(false, ids.slice(0, 1))).failures, []);
  assert.deepEqual((await protect(true, ids.slice(1, 2))).failures, []);
});

test("DeleteService: only at a count of none, or by force; then DRAINING, INACTIVE, and its name is free", async () => {
  const { create, update, world, schedule } = await ready();
  const remove = (force: boolean) => world.call(operations, "DeleteService", { cluster: "web", service: "app", force });
  await create();
  await schedule();
  await tasksTo(world, "RUNNING");
  await assert.rejects(remove(false), isFault("InvalidParameterException", /scaled above 0/));
  await update({ desiredCount: 0 });
  assert.equal((await remove(false)).service!.status, "DRAINING");
  await assert.rejects(create(), isFault("InvalidParameterException", /still Draining/));
  await schedule();
  await tasksTo(world, "STOPPED");
  await schedule();
  assert.equal((await describe1(world)).status, "INACTIVE");
  assert.deepEqual((await world.call(operations, "ListServices", { cluster: "web" })).serviceArns, []);
  assert.equal((await create()).service!.status, "ACTIVE");
});

test("a cluster with a service is not deleted; ListServices filters and pages", async () => {
  const { create, world } = await ready();
  for (const serviceName of ["app", "b", "c"]) await create({ serviceName });
  await assert.rejects(
    world.call(operations, "DeleteCluster", { cluster: "web" }),
    isFault("ClusterContainsServicesException"),
  );
  const list = (input: object) => world.call(operations, "ListServices", { cluster: "web", ...input });
  const first = await list({ maxResults: 2 });
  assert.equal(first.serviceArns!.length, 2);
  const rest = await list({ maxResults: 2, nextToken: first.nextToken! });
  assert.deepEqual(rest.serviceArns, ["arn:aws:ecs:us-east-1:000000000000:service/web/c"]);
  assert.equal((await list({ launchType: "EC2" })).serviceArns!.length, 0);
  assert.equal((await list({ launchType: "FARGATE", schedulingStrategy: "REPLICA" })).serviceArns!.length, 3);
});
