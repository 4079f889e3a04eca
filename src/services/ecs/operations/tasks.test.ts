import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListTasksRequest, RegisterTaskDefinitionRequest, RunTaskRequest } from "#generated/ecs/types.ts";
import { collections as ec2Collections } from "#services/ec2/index.ts";
import { ensureDefaultVpc, subnets } from "#services/ec2/model.ts";
import { isFault, type TestWorld, testWorld } from "../../../../test/support/context.ts";
import { reconcileAll } from "../../../../test/support/controllers.ts";
import { schedulerController } from "../controllers/scheduler/controller.ts";
import { ecsCollections } from "../index.ts";
import { hostKey } from "../model/host.ts";
import { tasks } from "../model/task.ts";
import { operations } from "./index.ts";

const fargate: RegisterTaskDefinitionRequest = {
  family: "hello",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "app", image: "app:1" }],
  tags: [{ key: "from", value: "definition" }],
};

/** A cluster `web`, a Fargate definition `hello`, one for EC2, and the default VPC with its three subnets. */
async function ready(): Promise<{
  world: TestWorld;
  run: (fields?: Partial<RunTaskRequest>) => ReturnType<typeof runTask>;
}> {
  const world = await testWorld({ collections: [...ecsCollections, ...ec2Collections], model: "ecs" });
  await world.call(operations, "CreateCluster", { clusterName: "web" });
  await world.call(operations, "RegisterTaskDefinition", fargate);
  const { networkMode: _, cpu: __, requiresCompatibilities: ___, ...ec2 } = fargate;
  await world.call(operations, "RegisterTaskDefinition", { ...ec2, family: "machine" });
  await ensureDefaultVpc({ store: world.store.as("api"), account: "000000000000", region: "us-east-1" });
  return { world, run: (fields = {}) => runTask(world, fields) };
}

function runTask(world: TestWorld, fields: Partial<RunTaskRequest>) {
  const awsvpcConfiguration = { subnets: subnetIds(world) };
  return world.call(operations, "RunTask", {
    cluster: "web",
    taskDefinition: "hello",
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration },
    ...fields,
  });
}

function subnetIds(world: TestWorld): string[] {
  return [...world.store.view(subnets).all()].map((subnet) => subnet.value.subnetId);
}

const refused: readonly [string, Partial<RunTaskRequest>, string, string | RegExp][] = [
  [
    "ECS Exec without a task role",
    { enableExecuteCommand: true },
    "InvalidParameterException",
    "The execute command failed because a valid task role is not being used. Specify a valid task role in your task " +
      "definition or as a task override and try again.",
  ],
  ["no such cluster", { cluster: "none" }, "ClusterNotFoundException", "Cluster not found."],
  ["no such family", { taskDefinition: "none" }, "ClientException", "TaskDefinition not found."],
  ["no such revision", { taskDefinition: "hello:9" }, "ClientException", "TaskDefinition not found."],
  ["count 0", { count: 0 }, "InvalidParameterException", /count/],
  ["count 11", { count: 11 }, "InvalidParameterException", /count/],
  [
    "launch type and strategy",
    { capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }] },
    "InvalidParameterException",
    "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
  ],
  [
    "a provider of another cluster",
    { launchType: undefined as never, capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }] },
    "InvalidParameterException",
    /not associated with the cluster/,
  ],
  [
    "no network configuration",
    { networkConfiguration: undefined as never },
    "InvalidParameterException",
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
  ],
  [
    "a network configuration without awsvpc",
    { taskDefinition: "machine", launchType: "EC2" },
    "InvalidParameterException",
    /No Container Instances were found in your cluster\.|Network Configuration is not valid/,
  ],
  [
    "a tag",
    { tags: [{ key: "a", value: "b, c" }] },
    "InvalidParameterException",
    /^Some tags contain invalid characters/,
  ],
  [
    "long overrides",
    { overrides: { containerOverrides: [{ name: "app", command: ["x".repeat(8192)] }] } },
    "InvalidParameterException",
    "Container Overrides length must be at most 8192",
  ],
  ["a starter", { startedBy: "x".repeat(129) }, "InvalidParameterException", "startedBy longer than 128."],
  [
    "a subnet that does not exist",
    { networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } } },
    "InvalidParameterException",
    "Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does not exist (ErrorCode: " +
      "InvalidSubnetID.NotFound)",
  ],
  [
    "the wrong launch type",
    { taskDefinition: "machine" },
    "InvalidParameterException",
    /does not support launch_type FARGATE/,
  ],
  [
    "an unknown platform version",
    { platformVersion: "9" },
    "PlatformUnknownException",
    "The specified platform does not exist.",
  ],
  [
    "an override of a container that is not there",
    { overrides: { containerOverrides: [{ name: "other", command: ["x"] }] } },
    "InvalidParameterException",
    "Override for container named other is not a container in the TaskDefinition.",
  ],
  [
    "CPU that is none",
    { overrides: { cpu: "much" } },
    "InvalidParameterException",
    /^Invalid 'cpu' setting for task\./,
  ],
  [
    "a size that Fargate does not have",
    { overrides: { cpu: "1 vCPU", memory: "1 GB" } },
    "InvalidParameterException",
    /^No Fargate configuration exists for given values: 1024 CPU, 1024 memory\./,
  ],
  [
    "more memory for a container than the task has",
    { overrides: { containerOverrides: [{ name: "app", memory: 1024 }] } },
    "InvalidParameterException",
    "The 'memory' setting for container 'app' is greater than for the task.",
  ],
  [
    "less memory than is reserved",
    { overrides: { containerOverrides: [{ name: "app", memory: 100, memoryReservation: 200 }] } },
    "InvalidParameterException",
    /'memory' must be greater than or equal to 'memoryReservation'/,
  ],
  [
    "more CPU for a container than the task has",
    { overrides: { containerOverrides: [{ name: "app", cpu: 512 }] } },
    "InvalidParameterException",
    "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
  ],
  [
    "two overrides of one container",
    { overrides: { containerOverrides: [{ name: "app" }, { name: "app" }] } },
    "InvalidParameterException",
    /unique/,
  ],
  ["a long client token", { clientToken: "x".repeat(65) }, "InvalidParameterException", /clientToken/],
  ["a client token with a blank", { clientToken: "a b" }, "InvalidParameterException", /clientToken/],
  ["a long reference id", { referenceId: "x".repeat(1025) }, "InvalidParameterException", /referenceId/],
  [
    "placement constraints",
    { placementConstraints: [{ type: "distinctInstance" }] },
    "InvalidParameterException",
    "Placement constraints are not supported with FARGATE launch type.",
  ],
  [
    "placement strategies",
    { placementStrategy: [{ type: "random" }] },
    "InvalidParameterException",
    "Placement strategies are not supported with FARGATE launch type.",
  ],
  ["volumes of EBS", { volumeConfigurations: [{ name: "v" }] }, "InvalidParameterException", /EBS/],
  ["tags of a service", { propagateTags: "SERVICE" }, "InvalidParameterException", /propagateTags/],
  ["the group of a service", { group: "service:web" }, "InvalidParameterException", /reserved/],
];

for (const [name, fields, code, message] of refused) {
  test(`RunTask refuses ${name}`, async () => {
    const { world, run } = await ready();
    await assert.rejects(run(fields), isFault(code, message));
    assert.equal(world.store.view(tasks).size, 0);
  });
}

test("RunTask answers tasks in PROVISIONING with all that was asked for", async () => {
  const { run } = await ready();
  const { tasks: made, failures } = await run({
    count: 2,
    startedBy: "me",
    propagateTags: "TASK_DEFINITION",
    enableECSManagedTags: true,
    tags: [{ key: "own", value: "1" }],
    overrides: { cpu: ".5 vCPU", memory: "1GB", containerOverrides: [{ name: "app", command: ["x"] }] },
  });
  assert.deepEqual(failures, []);
  assert.equal(made?.length, 2);
  const [task] = made!;
  assert.equal(task?.lastStatus, "PROVISIONING");
  assert.deepEqual([task?.cpu, task?.memory, task?.overrides?.cpu], ["512", "1024", "512"]);
  assert.equal(task?.group, "family:hello");
  assert.equal(task?.platformVersion, "1.4.0");
  assert.deepEqual(task?.overrides?.containerOverrides, [{ name: "app", command: ["x"] }]);
  assert.deepEqual(task?.tags, [
    { key: "from", value: "definition" },
    { key: "own", value: "1" },
    { key: "aws:ecs:clusterName", value: "web" },
  ]);
  assert.notEqual(made![0]!.taskArn, made![1]!.taskArn);
});

test("RunTask refuses a role that Amazon ECS cannot take on, that of an override first", async () => {
  const { world } = await ready();
  const subnet = subnetIds(world)[0]!;
  const taskRoleArn = "arn:aws:iam::000000000000:role/other";
  const input = {
    cluster: "web",
    taskDefinition: "hello",
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
    overrides: { taskRoleArn },
  } as const;
  const asked: string[] = [];
  const canAssume = (role: string, service: string, source: string) => asked.push(service, role, source) < 0;
  await assert.rejects(
    world.call(operations, "RunTask", input, { canAssume }),
    isFault("ClientException", /^ECS was unable to assume the role 'arn:aws:iam::000000000000:role\/other' that was/),
  );
  assert.deepEqual(asked, ["ecs-tasks.amazonaws.com", taskRoleArn, "arn:aws:ecs:us-east-1:000000000000:task/*"]);
  assert.equal(world.store.view(tasks).size, 0);
});

test("RunTask takes ECS Exec with the role of an override", async () => {
  const { run } = await ready();
  const { tasks } = await run({ enableExecuteCommand: true, overrides: { taskRoleArn: "app" } });
  assert.equal(tasks![0]!.enableExecuteCommand, true);
});

test("the same client token gives the same tasks, and with other parameters a conflict", async () => {
  const { world, run } = await ready();
  const first = await run({ clientToken: "t", count: 2 });
  const again = await run({ clientToken: "t", count: 2 });
  assert.deepEqual(
    again.tasks?.map((task) => task.taskArn),
    first.tasks?.map((task) => task.taskArn),
  );
  assert.equal(world.store.view(tasks).size, 2);
  await assert.rejects(run({ clientToken: "t", count: 1 }), isFault("ConflictException"));
});

test("a capacity provider strategy is spread by base and weight", async () => {
  const { world, run } = await ready();
  await world.call(operations, "PutClusterCapacityProviders", {
    cluster: "web",
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: [],
  });
  const { tasks: made } = await run({
    count: 10,
    launchType: undefined as never,
    capacityProviderStrategy: [
      { capacityProvider: "FARGATE", base: 2, weight: 1 },
      { capacityProvider: "FARGATE_SPOT", weight: 3 },
    ],
  });
  const names = made!.map((task) => task.capacityProviderName);
  assert.equal(names.filter((name) => name === "FARGATE").length, 4);
  assert.equal(names.filter((name) => name === "FARGATE_SPOT").length, 6);
  assert.ok(made!.every((task) => task.launchType === "FARGATE"));
});

test("the scheduler gives each task a host, a subnet and an address of its own", async () => {
  const { world, run } = await ready();
  await run({ count: 3 });
  await reconcileAll(world, schedulerController(), tasks);
  assert.ok(
    [...world.store.view(tasks).all()].every((task) => task.value.lastStatus === "PROVISIONING"),
    "no host yet",
  );
  await world.store.as("ecs.agent").commit({ put: [{ key: hostKey("h"), value: aHost }] });
  await reconcileAll(world, schedulerController(), tasks);
  const placed = [...world.store.view(tasks).all()].map((task) => task.value);
  assert.deepEqual(
    placed.map((task) => task.lastStatus),
    ["PENDING", "PENDING", "PENDING"],
  );
  assert.deepEqual(
    placed.map((task) => task.hostId),
    ["h", "h", "h"],
  );
  assert.equal(new Set(placed.map((task) => task.networkInterface?.privateIpv4Address)).size, 3);
  assert.ok(placed.every((task) => task.attachments[0]?.status === "ATTACHED"));
});

test("tasks of a group are spread over the zones of their subnets, though many are placed at once", async () => {
  const { world, run } = await ready();
  await world.store.as("ecs.agent").commit({ put: [{ key: hostKey("h"), value: aHost }] });
  const scheduler = schedulerController();
  const placeAll = async () => {
    const unplaced = world.store.view(tasks).by("unplaced", "yes");
    const done = await Promise.allSettled(unplaced.map(({ key }) => world.reconcile(scheduler, key)));
    if (done.some(({ status }) => status === "rejected")) await placeAll(); // Two took the same address.
  };
  const zonesOf = (group: string) => {
    const own = [...world.store.view(tasks).all()].filter((task) => task.value.group === group);
    const zones = own.map((task) => task.value.availabilityZone!);
    return ["a", "b", "c"].map((zone) => zones.filter((other) => other === `us-east-1${zone}`).length);
  };
  await run({ count: 10 });
  await placeAll();
  assert.deepEqual(zonesOf("family:hello").sort(), [3, 3, 4]);
  await run({ count: 5, group: "other" });
  await run({ count: 5 });
  await placeAll();
  assert.deepEqual(zonesOf("family:hello"), [5, 5, 5]);
  assert.deepEqual(zonesOf("other").sort(), [1, 2, 2]);
});

const aHost = {
  status: "ACTIVE",
  registeredAt: 0,
  registration: {
    hostId: "h",
    cpuCores: 2,
    memoryMiB: 4096,
    architecture: "x86_64",
    runtime: "fake",
    agentVersion: "1",
  },
};

test("ListTasks filters and pages, and DescribeTasks says what is missing", async () => {
  const { world, run } = await ready();
  const mine = await run({ count: 10, startedBy: "me" });
  await run({ count: 10, startedBy: "you" });
  const all: string[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await world.call(operations, "ListTasks", {
      cluster: "web",
      maxResults: 7,
      ...(nextToken && { nextToken }),
    });
    all.push(...page.taskArns!);
    nextToken = page.nextToken;
    if (nextToken === undefined) break;
  }
  assert.equal(new Set(all).size, 20);
  const listed = await world.call(operations, "ListTasks", { cluster: "web", startedBy: "me" });
  assert.deepEqual([...listed.taskArns!].sort(), mine.tasks!.map((task) => task.taskArn).sort());
  const none = await world.call(operations, "ListTasks", { cluster: "web", desiredStatus: "STOPPED" });
  assert.deepEqual(none.taskArns, []);
  const described = await world.call(operations, "DescribeTasks", { cluster: "web", tasks: [all[0]!, "f".repeat(32)] });
  assert.equal(described.tasks?.length, 1);
  assert.deepEqual(described.failures, [
    { arn: `arn:aws:ecs:us-east-1:000000000000:task/web/${"f".repeat(32)}`, reason: "MISSING" },
  ]);
});

test("ListTasks takes filters together as AWS does", async () => {
  const { world } = await ready();
  const refused = (filters: Partial<ListTasksRequest>, code: string, message: string) =>
    assert.rejects(world.call(operations, "ListTasks", { cluster: "web", ...filters }), isFault(code, message));
  const alone = "cannot specify startedBy with other arguments";
  await refused({ startedBy: "me", family: "app" }, "InvalidParameterException", alone);
  await refused({ startedBy: "me", launchType: "FARGATE" }, "InvalidParameterException", alone);
  const own = "cannot specify serviceName with other arguments";
  await refused({ serviceName: "app", containerInstance: "a" }, "InvalidParameterException", own);
  await refused({ serviceName: "none" }, "ServiceNotFoundException", "Service not found.");
  const { taskArns } = await world.call(operations, "ListTasks", {
    ...{ cluster: "web", startedBy: "me", desiredStatus: "RUNNING" },
  });
  assert.deepEqual(taskArns, []);
});

test("StopTask is told once: a second one changes neither reason nor code", async () => {
  const { world, run } = await ready();
  const { tasks: made } = await run();
  const task = made![0]!.taskArn!;
  await world.call(operations, "StopTask", { cluster: "web", task, reason: "first" });
  const again = await world.call(operations, "StopTask", { cluster: "web", task, reason: "second" });
  assert.equal(again.task?.stoppedReason, "first");
  assert.equal(again.task?.stopCode, "UserInitiated");
  await assert.rejects(
    world.call(operations, "StopTask", { cluster: "web", task: "0".repeat(32) }),
    isFault("InvalidParameterException", "The referenced task was not found."),
  );
  await assert.rejects(
    world.call(operations, "StopTask", { cluster: "web", task: "0" }),
    isFault("InvalidParameterException", "taskId length should be one of [32,36]"),
  );
});
