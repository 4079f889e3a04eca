import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type {
  CreateServiceRequest,
  CreateTaskSetRequest,
  TaskSet,
  UpdateServiceRequest,
} from "#generated/ecs/types.ts";
import { subnets } from "#services/ec2/model.ts";
import { isFault } from "../../../../test/support/context.ts";
import { at, describe1, ready, tasksTo } from "../../../../test/support/ecs-services.ts";
import { taskDefinitionController } from "../controllers/task-definition/controller.ts";
import { tasks } from "../model/task.ts";
import { taskDefinitionKey } from "../model/task-definition.ts";
import { operations } from "./index.ts";

const external: CreateServiceRequest = {
  cluster: "web",
  serviceName: "app",
  desiredCount: 3,
  deploymentController: { type: "EXTERNAL" },
};
const named = { cluster: "web", service: "app" };

async function externalService(fields: Partial<CreateServiceRequest> = {}) {
  const { world, schedule, create } = await ready();
  await world.call(operations, "CreateService", { ...external, ...fields });
  const ids = [...world.store.view(subnets).all()].map((subnet) => subnet.value.subnetId);
  const createSet = async (set: Partial<CreateTaskSetRequest> = {}): Promise<TaskSet> => {
    const networkConfiguration = { awsvpcConfiguration: { subnets: ids } };
    const input = { ...named, taskDefinition: "hello:1", launchType: "FARGATE", networkConfiguration, ...set } as const;
    return (await world.call(operations, "CreateTaskSet", input)).taskSet!;
  };
  const describeSets = async (taskSets?: readonly string[]) =>
    world.call(operations, "DescribeTaskSets", { ...named, ...(taskSets && { taskSets }), include: ["TAGS"] });
  const settle = async () => {
    await schedule();
    await tasksTo(world, "RUNNING");
    await tasksTo(world, "STOPPED");
    await schedule();
  };
  const scale = (taskSet: string, value: number) =>
    world.call(operations, "UpdateTaskSet", { ...named, taskSet, scale: { value, unit: "PERCENT" } });
  return { world, schedule, create, createSet, describeSets, settle, scale };
}

const all = { value: 100, unit: "PERCENT" } as const;

describe("CreateService with the EXTERNAL controller", () => {
  test("has no deployments, and EC2 as its launch type until a task set is PRIMARY", async () => {
    const { world, schedule } = await externalService();
    await schedule();
    const service = await describe1(world);
    assert.deepEqual([service.deployments, service.taskSets, service.launchType], [[], [], "EC2"]);
    assert.deepEqual(service.deploymentController, { type: "EXTERNAL" });
    assert.equal(service.taskDefinition, undefined);
    assert.equal(service.availabilityZoneRebalancing, "DISABLED");
    assert.deepEqual(service.events, []);
    const list = (launchType: "EC2" | "FARGATE") =>
      world.call(operations, "ListServices", { cluster: "web", launchType }).then((page) => page.serviceArns!.length);
    assert.deepEqual([await list("EC2"), await list("FARGATE")], [1, 0]);
  });

  const refused: readonly [string, Partial<CreateServiceRequest>, RegExp][] = [
    ["a task definition", { taskDefinition: "hello" }, /^TaskDefinition must be blank$/],
    ["an empty task definition", { taskDefinition: "" }, /^Family should not be null or empty\.$/],
    ["a launch type", { launchType: "FARGATE" }, /LaunchType must be blank/],
    ["load balancers", { loadBalancers: [{ targetGroupArn: "arn:x" }] }, /^LoadBalancers must be empty or null\.$/],
    ["registries", { serviceRegistries: [{ registryArn: "arn:x" }] }, /ServiceRegistries must be empty/],
    ["a network", { networkConfiguration: { awsvpcConfiguration: { subnets: ["s"] } } }, /NetworkConfiguration/],
    ["DAEMON", { schedulingStrategy: "DAEMON", desiredCount: undefined as never }, /EXTERNAL/],
    ["no desired count", { desiredCount: undefined as never }, /desiredCount/],
    [
      "the circuit breaker",
      { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } },
      /deploymentCircuitBreaker/,
    ],
    ["a strategy", { deploymentConfiguration: { strategy: "CANARY" } }, /strategy/],
    ["rebalancing", { availabilityZoneRebalancing: "ENABLED" }, /Rebalancing/],
  ];
  for (const [name, fields, message] of refused) {
    test(`refuses ${name}`, async () => {
      const { world } = await ready();
      const call = world.call(operations, "CreateService", { ...external, ...fields });
      await assert.rejects(call, isFault("InvalidParameterException", message));
    });
  }
});

describe("UpdateService with the EXTERNAL controller", () => {
  test("changes the count, which each task set follows", async () => {
    const { world, createSet, describeSets, settle } = await externalService();
    await createSet({ scale: { value: 50 } });
    await settle();
    const { service } = await world.call(operations, "UpdateService", { ...named, desiredCount: 5 });
    assert.equal(service!.desiredCount, 5);
    assert.equal(service!.taskSets![0]!.stabilityStatus, "STABILIZING");
    await settle();
    const [taskSet] = (await describeSets()).taskSets!;
    assert.deepEqual([taskSet!.computedDesiredCount, taskSet!.runningCount], [3, 3]);
  });

  test("changes the grace period, tags and placement", async () => {
    const { world } = await externalService();
    const fields = {
      healthCheckGracePeriodSeconds: 7,
      enableECSManagedTags: true,
      propagateTags: "SERVICE",
      placementConstraints: [{ type: "distinctInstance" }],
      placementStrategy: [{ type: "random" }],
    } as const;
    const { service } = await world.call(operations, "UpdateService", { ...named, ...fields });
    assert.equal(service!.healthCheckGracePeriodSeconds, 7);
    assert.deepEqual([service!.enableECSManagedTags, service!.propagateTags], [true, "SERVICE"]);
    assert.deepEqual(service!.placementConstraints, fields.placementConstraints);
    assert.deepEqual(service!.placementStrategy, fields.placementStrategy);
  });

  test("refuses placement while a task set is on Fargate, and such a task set where there is placement", async () => {
    const { world, createSet, schedule } = await externalService();
    const update = (fields: Partial<UpdateServiceRequest>) =>
      world.call(operations, "UpdateService", { ...named, ...fields });
    const { id } = await createSet();
    const onFargate = isFault("InvalidParameterException", /FARGATE launch type/);
    await assert.rejects(update({ placementStrategy: [{ type: "random" }] }), onFargate);
    await world.call(operations, "DeleteTaskSet", { ...named, taskSet: id! });
    await schedule();
    await update({ placementStrategy: [{ type: "random" }] });
    await assert.rejects(createSet(), onFargate);
  });

  const refused: readonly Partial<UpdateServiceRequest>[] = [
    { taskDefinition: "hello" },
    { networkConfiguration: { awsvpcConfiguration: { subnets: ["s"] } } },
    { platformVersion: "1.4.0" },
    { loadBalancers: [] },
    { serviceRegistries: [] },
    { deploymentConfiguration: { maximumPercent: 100 } },
    { enableExecuteCommand: true },
    { forceNewDeployment: true },
  ];
  for (const fields of refused) {
    test(`refuses ${Object.keys(fields)}`, async () => {
      const { world } = await externalService();
      const call = world.call(operations, "UpdateService", { ...named, ...fields });
      await assert.rejects(call, isFault("InvalidParameterException", /EXTERNAL deployment controller/));
    });
  }
});

describe("CreateTaskSet", () => {
  test("answers with the set; tasks are started in its name", async () => {
    const { world, createSet, schedule } = await externalService();
    const taskSet = await createSet({ scale: all, externalId: "blue", tags: [{ key: "a", value: "b" }] });
    assert.match(taskSet.id!, /^ecs-svc\/\d{19}$/);
    assert.equal(taskSet.taskSetArn, `arn:aws:ecs:us-east-1:000000000000:task-set/web/app/${taskSet.id}`);
    const { status, computedDesiredCount, stabilityStatus, externalId, launchType, platformVersion } = taskSet;
    assert.deepEqual([status, computedDesiredCount, stabilityStatus], ["ACTIVE", 3, "STABILIZING"]);
    assert.deepEqual([externalId, launchType, platformVersion], ["blue", "FARGATE", "1.4.0"]);
    assert.deepEqual([taskSet.scale, taskSet.tags], [all, [{ key: "a", value: "b" }]]);
    await schedule();
    const list = await world.call(operations, "ListTasks", { cluster: "web", startedBy: taskSet.id! });
    assert.equal(list.taskArns!.length, 3);
    const [task] = [...world.store.view(tasks).all()].map(({ value }) => value);
    assert.deepEqual([task!.group, task!.startedBy], ["service:app", taskSet.id]);
    assert.equal(task!.service!.taskSetExternalId, "blue");
    const { events, pendingCount } = await describe1(world);
    assert.equal(pendingCount, 3);
    assert.match(events![0]!.message!, /^\(service app, taskSet ecs-svc\/\d+\) has started 3 tasks: \(task \w{32}\) /);
  });

  test("without a scale there are no tasks", async () => {
    const { createSet, describeSets, settle } = await externalService();
    const { id, scale, computedDesiredCount } = await createSet();
    assert.deepEqual([scale, computedDesiredCount], [{ value: 0, unit: "PERCENT" }, 0]);
    await settle();
    assert.equal((await describeSets([id!])).taskSets![0]!.stabilityStatus, "STEADY_STATE");
  });

  test("is idempotent by its client token", async () => {
    const { createSet, describeSets } = await externalService();
    const first = await createSet({ clientToken: "t", scale: all });
    assert.equal((await createSet({ clientToken: "t", scale: all })).id, first.id);
    assert.notEqual((await createSet({ scale: all })).id, first.id);
    assert.equal((await describeSets()).taskSets!.length, 2);
    await assert.rejects(createSet({ clientToken: "t" }), isFault("InvalidParameterException", /not idempotent/));
  });

  test("takes a capacity provider strategy", async () => {
    const { world, createSet, schedule } = await externalService();
    const capacityProviderStrategy = [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }];
    const taskSet = await createSet({ launchType: undefined as never, capacityProviderStrategy, scale: all });
    assert.deepEqual([taskSet.launchType, taskSet.capacityProviderStrategy], [undefined, capacityProviderStrategy]);
    await schedule();
    const providers = [...world.store.view(tasks).all()].map(({ value }) => value.capacityProviderName);
    assert.deepEqual(providers, ["FARGATE_SPOT", "FARGATE_SPOT", "FARGATE_SPOT"]);
  });

  test("on EC2 it finds no instances, and says so", async () => {
    const { world, createSet, schedule } = await externalService();
    const set = { taskDefinition: "machine", launchType: "EC2", networkConfiguration: undefined as never } as const;
    await createSet({ ...set, scale: all });
    await schedule();
    const [event] = (await describe1(world)).events!;
    assert.match(event!.message!, /No Container Instances were found in your cluster/);
  });

  const refused: readonly [string, Partial<CreateTaskSetRequest>, string, RegExp][] = [
    ["no such service", { service: "none" }, "ServiceNotFoundException", /not found/],
    ["no such cluster", { cluster: "none" }, "ClusterNotFoundException", /not found/],
    ["no such task definition", { taskDefinition: "none" }, "ClientException", /not found/],
    ["no network", { networkConfiguration: undefined as never }, "InvalidParameterException", /Network/],
    ["an unknown target group", { loadBalancers: [{ targetGroupArn: "arn:x" }] }, "InvalidParameterException", /arn:x/],
    ["an unknown registry", { serviceRegistries: [{ registryArn: "arn:x" }] }, "InvalidParameterException", /arn:x/],
    ["an unknown platform", { platformVersion: "0.1" }, "PlatformUnknownException", /platform/],
    ["a scale above 100", { scale: { value: 100.1 } }, "InvalidParameterException", /between 0 and 100/],
    ["a long token", { clientToken: "t".repeat(37) }, "InvalidParameterException", /36/],
  ];
  for (const [name, set, code, message] of refused) {
    test(`refuses ${name}`, async () => {
      const { createSet } = await externalService();
      await assert.rejects(createSet(set), isFault(code, message));
    });
  }

  test("asks for a task role where the service has ECS Exec", async () => {
    const { createSet } = await externalService({ enableExecuteCommand: true });
    await assert.rejects(createSet(), isFault("InvalidParameterException", /a valid taskRoleArn is not being used/));
    await createSet({ taskDefinition: "with-role" });
  });

  test("refuses a sixth", async () => {
    const { createSet } = await externalService();
    for (let i = 0; i < 5; i++) await createSet();
    const message =
      "5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.";
    await assert.rejects(createSet(), isFault("InvalidParameterException", message));
  });

  test("refuses a service that rolls its tasks itself", async () => {
    const { world, create } = await ready();
    await create();
    const message =
      "Amazon ECS only supports task set management on services configured to use external deployment controllers.";
    for (const operation of ["CreateTaskSet", "DescribeTaskSets"] as const) {
      const call = world.call(operations, operation, { ...named, taskDefinition: "hello" });
      await assert.rejects(call, isFault("InvalidParameterException", message));
    }
  });
});

describe("a task set", () => {
  test("is scaled, becomes steady, and the service with it", async () => {
    const { world, createSet, scale, settle, describeSets } = await externalService();
    const { id } = await createSet({ scale: all });
    await settle();
    await scale(id!, 33.4);
    await settle();
    const [taskSet] = (await describeSets([id!])).taskSets!;
    assert.deepEqual([taskSet!.computedDesiredCount, taskSet!.runningCount], [2, 2]);
    assert.equal(taskSet!.stabilityStatus, "STEADY_STATE");
    const messages = (await describe1(world)).events!.map(({ message }) => message!.replace(/ecs-svc\S+\)/, "X)"));
    assert.equal(messages[0], "(service app) has reached a steady state.");
    assert.match(messages[1]!, /^\(service app, taskSet X\) has stopped 1 running tasks: \(task \w+\)\.$/);
  });

  test("that is PRIMARY is what the service shows, and cannot be deleted", async () => {
    const { world, createSet, describeSets } = await externalService();
    const [blue, green] = [await createSet({ scale: all }), await createSet({ taskDefinition: "hello:2" })];
    const primary = (primaryTaskSet: string) =>
      world.call(operations, "UpdateServicePrimaryTaskSet", { ...named, primaryTaskSet });
    assert.equal((await primary(blue.id!)).taskSet!.status, "PRIMARY");
    assert.equal((await primary(green.taskSetArn!)).taskSet!.status, "PRIMARY");
    const { taskSets } = await describeSets([blue.id!, green.id!]);
    assert.deepEqual(
      taskSets!.map(({ status }) => status),
      ["ACTIVE", "PRIMARY"],
    );
    const service = await describe1(world);
    assert.deepEqual([service.launchType, service.taskDefinition?.split(":").at(-1)], ["FARGATE", "2"]);
    const call = world.call(operations, "DeleteTaskSet", { ...named, taskSet: green.id!, force: true });
    await assert.rejects(call, isFault("InvalidParameterException", "Primary TaskSet cannot be deleted"));
  });

  test("is deleted when it is scaled to zero, or by force; then it drains and is gone", async () => {
    const { world, createSet, settle, describeSets, scale, schedule } = await externalService();
    const { id } = await createSet({ scale: all });
    await settle();
    const remove = (force: boolean) => world.call(operations, "DeleteTaskSet", { ...named, taskSet: id!, force });
    await assert.rejects(remove(false), isFault("InvalidParameterException", /scaled above 0/));
    const { taskSet } = await remove(true);
    assert.deepEqual([taskSet!.status, taskSet!.computedDesiredCount], ["DRAINING", 0]);
    await assert.rejects(scale(id!, 100), isFault("InvalidParameterException", /DRAINING/));
    await schedule();
    assert.equal((await describe1(world)).taskSets!.length, 1);
    await settle();
    assert.deepEqual((await describeSets([id!])).failures, [{ arn: taskSet!.taskSetArn, reason: "MISSING" }]);
    await assert.rejects(remove(true), isFault("TaskSetNotFoundException", /not found/));
    assert.equal((await describe1(world)).runningCount, 0);
  });

  test("of another service is not found", async () => {
    const { world, createSet, describeSets } = await externalService();
    await world.call(operations, "CreateService", { ...external, serviceName: "other" });
    const { taskSetArn } = await createSet({ service: "other" });
    assert.equal((await describeSets([taskSetArn!])).failures!.length, 1);
  });

  test("can be tagged", async () => {
    const { world, createSet } = await externalService();
    const { taskSetArn: resourceArn } = await createSet();
    await world.call(operations, "TagResource", { resourceArn: resourceArn!, tags: [{ key: "k", value: "v" }] });
    const { tags } = await world.call(operations, "ListTagsForResource", { resourceArn: resourceArn! });
    assert.deepEqual(tags, [{ key: "k", value: "v" }]);
  });
});

test("a task definition that a task set uses is kept until the set is gone", async () => {
  const { world, createSet, schedule } = await externalService();
  const { id } = await createSet();
  await world.call(operations, "DeregisterTaskDefinition", { taskDefinition: "hello:1" });
  await world.call(operations, "DeleteTaskDefinitions", { taskDefinitions: ["hello:1"] });
  const key = taskDefinitionKey(at, "hello", 1);
  await world.reconcile(taskDefinitionController, key);
  assert.ok((await world.store.get(key)).value !== undefined);
  await world.call(operations, "DeleteTaskSet", { ...named, taskSet: id! });
  await schedule();
  await world.reconcile(taskDefinitionController, "deleting");
  assert.equal((await world.store.get(key)).value, undefined);
});

describe("DeleteService with task sets", () => {
  test("needs force, stops all their tasks, and takes them along", async () => {
    const { world, createSet, settle, schedule } = await externalService({ desiredCount: 1 });
    const { id } = await createSet({ scale: all });
    await world.call(operations, "UpdateServicePrimaryTaskSet", { ...named, primaryTaskSet: id! });
    await settle();
    await world.call(operations, "UpdateService", { ...named, desiredCount: 0 });
    const remove = (force: boolean) => world.call(operations, "DeleteService", { ...named, force });
    const active = /^The service cannot be stopped while deployments are active\.$/;
    await assert.rejects(remove(false), isFault("InvalidParameterException", active));
    const { service } = await remove(true);
    assert.deepEqual([service!.status, service!.taskSets![0]!.status], ["DRAINING", "DRAINING"]);
    const call = world.call(operations, "UpdateTaskSet", { ...named, taskSet: id!, scale: all });
    await assert.rejects(call, isFault("ServiceNotActiveException", /not ACTIVE/));
    await settle();
    await schedule();
    const gone = await describe1(world);
    assert.deepEqual([gone.status, gone.taskSets], ["INACTIVE", []]);
    const describeSets = world.call(operations, "DescribeTaskSets", named);
    await assert.rejects(describeSets, isFault("ServiceNotActiveException", /not ACTIVE/));
  });
});
