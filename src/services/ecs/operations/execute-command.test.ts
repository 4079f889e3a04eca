import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExecuteCommandRequest } from "#generated/ecs/types.ts";
import { type ExecSessionRequest, type ExecSessions, noExecSessions } from "#kernel/exec-sessions.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { ecsCollections } from "../index.ts";
import { type TaskRecord, taskKey } from "../model/task.ts";
import { aTask } from "../testing.ts";
import { createOperations } from "./index.ts";

const enabled: Partial<TaskRecord> = { enableExecuteCommand: true, hostId: "h1", startedAt: 5 };

/** A cluster `web` with a task as told, its containers running unless it says otherwise. */
async function ready(fields: Partial<TaskRecord> = {}, sessions: Partial<ExecSessions> = {}) {
  const issued: ExecSessionRequest[] = [];
  const issue = (wanted: ExecSessionRequest) => {
    issued.push(wanted);
    return { sessionId: "ecs-execute-command-1", tokenValue: "secret" };
  };
  const operations = createOperations({
    account: "000000000000",
    sessions: { ...noExecSessions, isConnected: () => true, mostOpen: 9, issue, ...sessions },
  });
  const world = await testWorld({ collections: ecsCollections, model: "ecs" });
  await world.call(operations, "CreateCluster", { clusterName: "web" });
  await world.call(operations, "RegisterTaskDefinition", {
    family: "hello",
    containerDefinitions: [
      {
        ...{ name: "app", image: "app:1", memory: 64 },
        logConfiguration: {
          logDriver: "awslogs",
          options: { "awslogs-group": "/app", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" },
        },
      },
    ],
  });
  const made = aTask({ ...enabled, ...fields });
  const containers = made.containers.map((container) => ({ ...container, lastStatus: "RUNNING" as const }));
  const task = { ...made, ...(fields.containers === undefined && { containers }) };
  await world.store.as("api").commit({ put: [{ key: taskKey(task), value: task }] });
  const run = (input: Partial<ExecuteCommandRequest> = {}) =>
    world.call(operations, "ExecuteCommand", {
      ...{ cluster: "web", task: task.id, command: "/bin/sh", interactive: true },
      ...input,
    });
  return { world, operations, task, issued, run };
}

test("ExecuteCommand gives a session to open, at the address that the caller uses", async () => {
  const { world, operations, task, issued } = await ready();
  const input = { cluster: task.clusterArn, task: task.taskArn, command: "ls -l", interactive: true };
  const output = await world.call(operations, "ExecuteCommand", input, { endpoint: "http://estiva.lan:4566" });
  const { containerArn } = task.containers[0]!;
  const streamUrl = "ws://estiva.lan:4566/v1/data-channel/ecs-execute-command-1?role=publish_subscribe";
  assert.deepEqual(output, {
    ...{ clusterArn: task.clusterArn, containerArn, containerName: "app", interactive: true, taskArn: task.taskArn },
    session: { sessionId: "ecs-execute-command-1", streamUrl, tokenValue: "secret" },
  });
  assert.deepEqual(issued, [
    {
      ...{ account: "000000000000", region: "us-east-1", hostId: "h1", taskArn: task.taskArn },
      ...{ containerName: "app", command: "ls -l", logGroup: { region: "us-east-1", logGroupName: "/app" } },
    },
  ]);
});

test("the cluster says where the session is logged", async () => {
  const { world, operations, issued, run } = await ready();
  const exec = { logging: "OVERRIDE", logConfiguration: { cloudWatchLogGroupName: "/exec" } } as const;
  const configuration = { executeCommandConfiguration: exec };
  await world.call(operations, "UpdateCluster", { cluster: "web", configuration });
  await run();
  assert.deepEqual(issued[0]?.logGroup, { region: "us-east-1", logGroupName: "/exec" });
});

const notEnabled =
  "The execute command failed because execute command was not enabled when the task was run or the execute command " +
  "agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.";
const two = [
  { ...aTask().containers[0]!, lastStatus: "RUNNING" as const },
  { ...aTask().containers[0]!, name: "side", lastStatus: "STOPPED" as const },
];
const refused: readonly [
  string,
  { task?: Partial<TaskRecord>; input?: Partial<ExecuteCommandRequest>; sessions?: Partial<ExecSessions> },
  string,
  string | RegExp,
][] = [
  [
    "what is not interactive",
    { input: { interactive: false } },
    "InvalidParameterException",
    "Interactive is the only mode supported currently.",
  ],
  ["no command", { input: { command: " " } }, "InvalidParameterException", /blank/],
  ["a command without end", { input: { command: "x".repeat(70_000) } }, "InvalidParameterException", /65536 bytes/],
  ["another cluster", { input: { cluster: "other" } }, "ClusterNotFoundException", "Cluster not found."],
  ["a task that is not there", { input: { task: "f".repeat(32) } }, "InvalidParameterException", /task was not found/],
  [
    "what is no task",
    { input: { task: "hello" } },
    "InvalidParameterException",
    "task length should be one of [32,36]",
  ],
  ["a task without it", { task: { enableExecuteCommand: false } }, "InvalidParameterException", notEnabled],
  [
    "a task that has not started",
    { task: { containers: aTask().containers } },
    "InvalidParameterException",
    notEnabled,
  ],
  [
    "a container that has stopped",
    { task: { containers: two }, input: { container: "side" } },
    "InvalidParameterException",
    notEnabled,
  ],
  [
    "no container of several",
    { task: { containers: two } },
    "InvalidParameterException",
    "The task has several containers. Name one of them: app, side.",
  ],
  [
    "a container that is not there",
    { input: { container: "other" } },
    "InvalidParameterException",
    "The task has no container named other. It has: app.",
  ],
  [
    "a host that is away",
    { sessions: { isConnected: () => false } },
    "TargetNotConnectedException",
    "The execute command failed due to an internal error. Try again later.",
  ],
  [
    "one session too many",
    { sessions: { open: 9 } },
    "ClientException",
    "Unable to start new execute sessions because the maximum session limit of 9 has been reached.",
  ],
];
for (const [title, { task, input, sessions }, code, message] of refused) {
  test(`ExecuteCommand refuses ${title}`, async () => {
    const { run, issued } = await ready(task, sessions);
    await assert.rejects(run(input), isFault(code, message));
    assert.deepEqual(issued, []);
  });
}

test("a container of several is named", async () => {
  const { run, issued } = await ready({ containers: two });
  assert.equal((await run({ container: "app" })).containerName, "app");
  assert.equal(issued.length, 1);
});

test("DescribeTasks shows the agent of each container", async () => {
  const { world, operations, task } = await ready({ containers: two });
  const { tasks } = await world.call(operations, "DescribeTasks", { cluster: "web", tasks: [task.id] });
  const agent = { name: "ExecuteCommandAgent", lastStartedAt: 5 };
  assert.deepEqual(
    tasks?.[0]?.containers?.map(({ managedAgents }) => managedAgents),
    [[{ ...agent, lastStatus: "RUNNING" }], [{ ...agent, lastStatus: "STOPPED" }]],
  );
  assert.equal(tasks?.[0]?.enableExecuteCommand, true);
});
