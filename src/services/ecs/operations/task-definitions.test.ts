import assert from "node:assert/strict";
import { test } from "node:test";
import type { RegisterTaskDefinitionRequest } from "#generated/ecs/types.ts";
import { isFault, type TestWorld, testWorld } from "../../../../test/support/context.ts";
import { taskDefinitionController } from "../controllers/task-definition/controller.ts";
import { ecsCollections } from "../index.ts";
import { taskDefinitionKey, taskKey, tasks } from "../model.ts";
import { aTask } from "../testing.ts";
import { operations } from "./index.ts";

const world = () => testWorld({ collections: ecsCollections, model: "ecs" });
const here = { account: "000000000000", region: "us-east-1" };
const arn = (name: string) => `arn:aws:ecs:us-east-1:000000000000:task-definition/${name}`;
const noSuch = "The specified task definition does not exist. Specify a valid account, family, revision and try again.";

function definition(family: string): RegisterTaskDefinitionRequest {
  return { family, containerDefinitions: [{ name: "app", image: "app:1", memory: 128 }] };
}
async function register({ call }: TestWorld, ...families: string[]): Promise<void> {
  for (const family of families) await call(operations, "RegisterTaskDefinition", definition(family));
}

test("what is read back has the defaults that AWS fills in", async () => {
  const { call, clock } = await world();
  const { taskDefinition, tags } = await call(operations, "RegisterTaskDefinition", {
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: ".25 vCPU",
    memory: "0.5 GB",
    executionRoleArn: "arn:aws:iam::000000000000:role/execution",
    volumes: [{ name: "data" }],
    tags: [{ key: "team", value: "a" }],
    containerDefinitions: [
      {
        name: "app",
        image: "app:1",
        portMappings: [{ containerPort: 80 }],
        healthCheck: { command: ["CMD-SHELL", "true"] },
        mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
        logConfiguration: {
          logDriver: "awslogs",
          options: { "awslogs-group": "g", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" },
          secretOptions: [],
        },
        environmentFiles: [],
      },
    ],
  });
  const { requiresAttributes, ...rest } = taskDefinition!;
  assert.deepEqual(rest, {
    taskDefinitionArn: arn("web:1"),
    family: "web",
    revision: 1,
    status: "ACTIVE",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    compatibilities: ["EC2", "FARGATE"],
    cpu: "256",
    memory: "512",
    executionRoleArn: "arn:aws:iam::000000000000:role/execution",
    volumes: [{ name: "data", host: {} }],
    placementConstraints: [],
    registeredAt: clock.now(),
    registeredBy: "arn:aws:iam::000000000000:root",
    containerDefinitions: [
      {
        name: "app",
        image: "app:1",
        cpu: 0,
        portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }],
        essential: true,
        environment: [],
        mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
        volumesFrom: [],
        systemControls: [],
        healthCheck: { command: ["CMD-SHELL", "true"], interval: 30, timeout: 5, retries: 3 },
        logConfiguration: {
          logDriver: "awslogs",
          options: { "awslogs-group": "g", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" },
          secretOptions: [],
        },
      },
    ],
  });
  assert.deepEqual(tags, [{ key: "team", value: "a" }]);
  assert.deepEqual(
    requiresAttributes?.map(({ name }) => name),
    [
      "com.amazonaws.ecs.capability.docker-remote-api.1.18",
      "com.amazonaws.ecs.capability.docker-remote-api.1.19",
      "com.amazonaws.ecs.capability.docker-remote-api.1.24",
      "com.amazonaws.ecs.capability.logging-driver.awslogs",
      "ecs.capability.execution-role-awslogs",
      "ecs.capability.container-health-check",
      "ecs.capability.task-eni",
    ],
  );
  const described = await call(operations, "DescribeTaskDefinition", { taskDefinition: "web", include: ["TAGS"] });
  assert.deepEqual(described, { taskDefinition, tags });
});

test("roles by their short names are completed to ARNs, without which no task could take them on", async () => {
  const { call } = await world();
  const other = "arn:aws:iam::000000000000:role/path/other";
  const roles = { taskRoleArn: "app", executionRoleArn: other };
  const { taskDefinition } = await call(operations, "RegisterTaskDefinition", { ...definition("web"), ...roles });
  const { taskRoleArn, executionRoleArn } = taskDefinition!;
  assert.deepEqual([taskRoleArn, executionRoleArn], ["arn:aws:iam::000000000000:role/app", other]);
});

test("in bridge mode a port of the host is chosen later", async () => {
  const { call } = await world();
  const containerDefinitions = [
    { name: "app", image: "app:1", memory: 6, portMappings: [{ containerPort: 80 }, { containerPortRange: "1-3" }] },
  ];
  const { taskDefinition } = await call(operations, "RegisterTaskDefinition", { family: "web", containerDefinitions });
  assert.deepEqual(taskDefinition?.containerDefinitions?.[0]?.portMappings, [
    { containerPort: 80, hostPort: 0, protocol: "tcp" },
    { containerPortRange: "1-3", protocol: "tcp" },
  ]);
  assert.equal(taskDefinition?.networkMode, undefined);
});

test("a family stands for its latest active revision", async () => {
  const w = await world();
  const { call } = w;
  await register(w, "web", "web", "web");
  const latest = async () =>
    (await call(operations, "DescribeTaskDefinition", { taskDefinition: "web" })).taskDefinition?.revision;
  assert.equal(await latest(), 3);
  await call(operations, "DeregisterTaskDefinition", { taskDefinition: "web:3" });
  assert.equal(await latest(), 2);
  const third = await call(operations, "DescribeTaskDefinition", { taskDefinition: arn("web:3") });
  assert.equal(third.taskDefinition?.status, "INACTIVE");
  assert.equal(third.taskDefinition?.deregisteredAt, w.clock.now());
  assert.equal(third.tags, undefined);
});

test("revisions are never used twice, not even after their deletion", async () => {
  const w = await world();
  const { call, reconcile } = w;
  await register(w, "web", "web");
  for (const revision of [1, 2]) {
    await call(operations, "DeregisterTaskDefinition", { taskDefinition: `web:${revision}` });
    await call(operations, "DeleteTaskDefinitions", { taskDefinitions: [`web:${revision}`] });
    await reconcile(taskDefinitionController, taskDefinitionKey(here, "web", revision));
  }
  assert.deepEqual((await call(operations, "ListTaskDefinitionFamilies", {})).families, []);
  const { taskDefinition } = await call(operations, "RegisterTaskDefinition", definition("web"));
  assert.equal(taskDefinition?.revision, 3);
});

test("concurrent registrations get revisions of their own", async () => {
  const { call } = await world();
  const made = await Promise.all(
    Array.from({ length: 5 }, () => call(operations, "RegisterTaskDefinition", definition("web"))),
  );
  assert.deepEqual(made.map(({ taskDefinition }) => taskDefinition?.revision).toSorted(), [1, 2, 3, 4, 5]);
});

test("a revision marked for deletion goes when the last task that uses it has stopped", async () => {
  const w = await world();
  const { call, store, reconcile } = w;
  await register(w, "hello");
  const task = aTask();
  await store.commit({ put: [{ key: taskKey(task), value: task }] });
  await call(operations, "DeregisterTaskDefinition", { taskDefinition: "hello:1" });
  const { taskDefinitions } = await call(operations, "DeleteTaskDefinitions", { taskDefinitions: ["hello:1"] });
  assert.equal(taskDefinitions?.[0]?.status, "DELETE_IN_PROGRESS");
  assert.equal(taskDefinitions?.[0]?.deleteRequestedAt, w.clock.now());
  const key = taskDefinitionKey(here, "hello", 1);
  await reconcile(taskDefinitionController, key);
  assert.ok((await store.get(key)).value !== undefined);
  await store
    .as("ecs.scheduler")
    .commit({ put: [{ key: taskKey(task), value: { ...task, lastStatus: "DEPROVISIONING" } }] });
  await store.as("ecs.task").commit({ put: [{ key: taskKey(task), value: { ...task, lastStatus: "STOPPED" } }] });
  const stopped = store.view(tasks).get(taskKey(task))!;
  const due = taskDefinitionController.watches.flatMap(({ collection, keys }) =>
    collection.name === "ecs/task" ? keys(stopped, store) : [],
  );
  assert.deepEqual(due, [key]);
  await reconcile(taskDefinitionController, key);
  assert.equal((await store.get(key)).value, undefined);
  await assert.rejects(
    call(operations, "DescribeTaskDefinition", { taskDefinition: "hello:1" }),
    isFault("ClientException", "Unable to describe task definition."),
  );
});

test("deletion is for what was deregistered, each told for itself", async () => {
  const w = await world();
  const { call } = w;
  await register(w, "web", "web");
  await call(operations, "DeregisterTaskDefinition", { taskDefinition: "web:1" });
  const answer = await call(operations, "DeleteTaskDefinitions", { taskDefinitions: ["web:1", "web:2", "web:9"] });
  assert.deepEqual(
    answer.taskDefinitions?.map((deleted) => deleted.taskDefinitionArn),
    [arn("web:1")],
  );
  assert.deepEqual(answer.failures, [
    {
      arn: arn("web:2"),
      reason: "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
    },
    { arn: arn("web:9"), reason: noSuch },
  ]);
  await assert.rejects(
    call(operations, "DeleteTaskDefinitions", { taskDefinitions: ["web"] }),
    isFault("ClientException", "Revision is missing."),
  );
});

test("deregistering needs a revision that exists, and can be repeated", async () => {
  const w = await world();
  const { call } = w;
  await register(w, "web");
  const refuse = (taskDefinition: string, words: string) =>
    assert.rejects(call(operations, "DeregisterTaskDefinition", { taskDefinition }), isFault("ClientException", words));
  await refuse("web", "Revision is missing.");
  await refuse("web:2", noSuch);
  const first = await call(operations, "DeregisterTaskDefinition", { taskDefinition: "web:1" });
  await w.clock.advance(1000);
  assert.deepEqual(await call(operations, "DeregisterTaskDefinition", { taskDefinition: arn("web:1") }), first);
});

test("revisions are listed by family and number, a page at a time, either way", async () => {
  const w = await world();
  const { call } = w;
  // The names sort as text does, though `-` comes before the separators of keys.
  await register(w, "a-b", "a", ...Array(11).fill("b"), "a");
  await call(operations, "DeregisterTaskDefinition", { taskDefinition: "b:2" });
  const ascending = ["a:1", "a:2", "a-b:1", "b:1", ...[3, 4, 5, 6, 7, 8, 9, 10, 11].map((i) => `b:${i}`)].map(arn);
  for (const [sort, expected] of [
    ["ASC", ascending],
    ["DESC", ascending.toReversed()],
  ] as const) {
    for (const maxResults of [1, 2, 5, 13, 100]) {
      assert.deepEqual(await pages(w, { sort, maxResults }), expected, `${sort} by ${maxResults}`);
    }
  }
  assert.deepEqual(await pages(w, { familyPrefix: "a", maxResults: 1 }), [arn("a:1"), arn("a:2")]);
  assert.deepEqual(await pages(w, { status: "INACTIVE" }), [arn("b:2")]);
});

async function pages(
  { call }: TestWorld,
  input: { sort?: "ASC" | "DESC"; maxResults?: number; familyPrefix?: string; status?: "INACTIVE" },
): Promise<string[]> {
  const found: string[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await call(operations, "ListTaskDefinitions", { ...input, ...(nextToken && { nextToken }) });
    found.push(...(page.taskDefinitionArns ?? []));
    nextToken = page.nextToken;
    if (nextToken === undefined) return found;
  }
}

test("families are listed by what is left of them", async () => {
  const w = await world();
  const { call } = w;
  await register(w, "api", "api-old", "web");
  await call(operations, "DeregisterTaskDefinition", { taskDefinition: "api-old:1" });
  const list = async (input: { status?: "ACTIVE" | "INACTIVE" | "ALL"; familyPrefix?: string }) =>
    (await call(operations, "ListTaskDefinitionFamilies", input)).families;
  assert.deepEqual(await list({}), ["api", "api-old", "web"]);
  assert.deepEqual(await list({ status: "ALL", familyPrefix: "api" }), ["api", "api-old"]);
  assert.deepEqual(await list({ status: "ACTIVE" }), ["api", "web"]);
  assert.deepEqual(await list({ status: "INACTIVE" }), ["api-old"]);
  const first = await call(operations, "ListTaskDefinitionFamilies", { maxResults: 2 });
  const next = { maxResults: 2, nextToken: first.nextToken! };
  assert.deepEqual((await call(operations, "ListTaskDefinitionFamilies", next)).families, ["web"]);
});

test("other worlds do not see a definition", async () => {
  const w = await world();
  await register(w, "web");
  for (const other of [{ region: "eu-west-1" }, { account: "111111111111" }]) {
    for (const taskDefinition of ["web", "web:1", arn("web:1")]) {
      await assert.rejects(
        w.call(operations, "DescribeTaskDefinition", { taskDefinition }, other),
        isFault("ClientException", "Unable to describe task definition."),
      );
    }
  }
});
