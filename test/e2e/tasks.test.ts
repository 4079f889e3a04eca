import assert from "node:assert/strict";
import { test } from "node:test";
import { StopTaskCommand } from "@aws-sdk/client-ecs";
import { sharePlatform } from "../support/shared-platform.ts";
import {
  cluster,
  logLines,
  register,
  running,
  runTasks,
  runToEnd,
  shell,
  stopped,
  untilLogged,
  untilTask,
} from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** Tasks on a real engine through the AWS SDK, as their users see them. */

const shared = await sharePlatform();
const { skip, platform } = shared;

test("a task runs, its output is stored, and its exit code is told", { skip }, async () => {
  const { clients } = shared;
  const definition = await register(clients, "exits", [shell("app", "echo one; echo two >&2; exit 7")]);
  const { task, lines } = await runToEnd(clients, definition);
  assert.equal(task.stopCode, "EssentialContainerExited");
  assert.equal(task.stoppedReason, "Essential container in task exited");
  assert.equal(task.containers?.[0]?.exitCode, 7);
  assert.deepEqual([...lines].sort(), ["one", "two"]);
  const times = [
    task.createdAt,
    task.pullStartedAt,
    task.pullStoppedAt,
    task.startedAt,
    task.executionStoppedAt,
    task.stoppedAt,
  ];
  assert.deepEqual(
    times.map(Number),
    times.map(Number).sort((a, b) => a - b),
    "times are in order",
  );
});

test("a running task has an interface, a digest and a runtime id, and StopTask ends it with SIGTERM", {
  skip,
}, async () => {
  const { clients } = shared;
  const script = "trap 'echo got TERM; exit 0' TERM; echo up; while :; do sleep 0.1; done";
  const [started] = await runTasks(clients, await register(clients, "stops", [shell("app", script)]));
  const task = await running(clients, started!.taskArn!);
  assert.equal(task.lastStatus, "RUNNING");
  assert.match(task.containers![0]!.networkInterfaces![0]!.privateIpv4Address!, /^172\.31\./);
  assert.match(task.containers![0]!.runtimeId!, /^[0-9a-f]{32}-|^[0-9a-f]{12,}/);
  assert.equal(task.attachments![0]!.status, "ATTACHED");
  await untilLogged(clients, task, "app", "up");
  await clients.ecs.send(new StopTaskCommand({ cluster, task: task.taskArn!, reason: "enough" }));
  const ended = await stopped(clients, task.taskArn!);
  assert.equal(ended.stopCode, "UserInitiated");
  assert.equal(ended.stoppedReason, "enough");
  assert.equal(ended.containers![0]!.exitCode, 0);
  assert.equal(ended.attachments![0]!.status, "DELETED");
  assert.ok((await logLines(clients, ended, "app")).includes("got TERM"));
});

test("a command that is not there fails the task with ECS's words", { skip }, async () => {
  const { clients } = shared;
  const container = shell("app", "", { entryPoint: ["/none"], command: [] });
  const [started] = await runTasks(clients, await register(clients, "no-command", [container]));
  const task = await stopped(clients, started!.taskArn!);
  assert.equal(task.stopCode, "TaskFailedToStart");
  assert.match(
    task.containers![0]!.reason ?? task.stoppedReason!,
    /CannotStartContainerError|CannotCreateContainerError/,
  );
});

test("kill -9 of the platform: running tasks are adopted untouched, ended ones reported", { skip }, async () => {
  const { clients } = shared;
  const long = await register(clients, "long", [
    shell("app", "trap 'exit 0' TERM; i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done"),
  ]);
  const short = await register(clients, "short", [
    shell("app", "trap 'exit 3' USR1; echo up; while :; do sleep 0.1; done"),
  ]);
  const [runs] = await runTasks(clients, long);
  const [ends] = await runTasks(clients, short);
  const beforeKill = await running(clients, runs!.taskArn!);
  const toEnd = await running(clients, ends!.taskArn!);
  const before = await untilLogged(clients, runs!, "app", 1);
  await untilLogged(clients, ends!, "app", "up");
  await platform.kill();
  const container = `/containers/${toEnd.containers![0]!.runtimeId}`;
  await shared.engine.call("POST", `${container}/kill`, { query: { signal: "SIGUSR1" } });
  const look = (): Promise<{ State: { Running: boolean } }> => shared.engine.call("GET", `${container}/json`);
  await until("the end of the short task", look, ({ State }) => !State.Running);
  await platform.start();
  const adopted = await untilTask(clients, runs!.taskArn!, (task) => task.connectivity === "CONNECTED");
  assert.equal(adopted.lastStatus, "RUNNING");
  assert.equal(adopted.containers![0]!.runtimeId, beforeKill.containers![0]!.runtimeId);
  const ended = await stopped(clients, ends!.taskArn!);
  assert.equal(ended.containers![0]!.exitCode, 3);
  await untilLogged(clients, runs!, "app", before.length + 10);
  await clients.ecs.send(new StopTaskCommand({ cluster, task: runs!.taskArn! }));
  const lines = await logLines(clients, await stopped(clients, runs!.taskArn!), "app");
  assert.deepEqual(
    lines,
    lines.map((_, i) => String(i + 1)),
    "no line is lost or doubled",
  );
});
