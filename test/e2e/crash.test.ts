import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { DescribeTasksCommand, ListTasksCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import { label } from "#host/runtime/docker/names.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import {
  cluster,
  logLines,
  register,
  running,
  runTasks,
  shell,
  stopped,
  untilLogged,
  untilTold,
} from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** The platform is killed (SIGKILL) at bad moments and started again. */

const shared = await sharePlatform();
const { skip, platform } = shared;

/** The containers of tasks, sandboxes and prepared ones aside, that the engine has of this platform. */
async function containers(): Promise<{ Id: string; State: string }[]> {
  const wanted = [`${label.owner}=estiva-${platform.platformId}`, `${label.role}=container`];
  return shared.engine.call("GET", "/containers/json", { query: { all: true, filters: { label: wanted } } });
}

for (const moment of ["PENDING", "RUNNING"]) {
  test(`killed while ten tasks start and one is ${moment}: all ten run once`, { skip }, async () => {
    const { clients } = shared;
    const definition = await register(clients, "ten", [shell("app", untilTold)]);
    const tasks = (await runTasks(clients, definition, { count: 10 })).map(({ taskArn }) => taskArn!);
    const statuses = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"];
    const look = async () => {
      const described = await clients.ecs.send(new DescribeTasksCommand({ cluster, tasks }));
      return described.tasks!.map(({ lastStatus }) => statuses.indexOf(lastStatus!));
    };
    const isSo = (found: readonly number[]) => Math.max(...found) >= statuses.indexOf(moment);
    await until(`one to be ${moment}`, look, isSo, { everyMs: 0 });
    await platform.kill();
    await platform.start();
    const up = await Promise.all(tasks.map((task) => running(clients, task)));
    assert.deepEqual([...new Set(up.map(({ lastStatus }) => lastStatus))], ["RUNNING"]);
    const ids = up.map((task) => task.containers![0]!.runtimeId!).sort();
    // Those of tasks that have ended are removed behind the report of it.
    const present = async () => (await containers()).map(({ Id }) => Id).sort();
    await until("each container once", present, (found) => isDeepStrictEqual(found, ids));
    const addresses = up.map((task) => task.containers![0]!.networkInterfaces![0]!.privateIpv4Address);
    assert.equal(new Set(addresses).size, 10);
    await Promise.all(tasks.map((task) => clients.ecs.send(new StopTaskCommand({ cluster, task }))));
    const ended = await Promise.all(tasks.map((task) => stopped(clients, task)));
    assert.deepEqual([...new Set(ended.map((task) => task.containers![0]!.exitCode))], [0]);
  });
}

test("killed while a container writes in bursts: no line is lost or doubled", { skip }, async () => {
  const { clients } = shared;
  const bursts = 400;
  const script = `i=0; while [ $i -lt ${bursts} ]; do seq $((i*100+1)) $((i*100+100)); i=$((i+1)); sleep 0.01; done`;
  const [started] = await runTasks(clients, await register(clients, "bursts", [shell("app", script)]));
  const { taskArn } = await running(clients, started!.taskArn!);
  for (let i = 0; i < 3; i++) {
    const before = (await logLines(clients, started!, "app")).length;
    const look = async () =>
      (await logLines(clients, started!, "app")).length > before ||
      (await running(clients, taskArn!)).lastStatus === "STOPPED";
    await until("more lines", look);
    await platform.kill();
    await platform.start();
  }
  const task = await stopped(clients, taskArn!);
  assert.equal(task.containers![0]!.exitCode, 0);
  const lines = await logLines(clients, task, "app");
  const wrong = lines.findIndex((line, i) => line !== String(i + 1));
  assert.equal(wrong, -1, `after ${lines[wrong - 1]} comes ${lines[wrong]}`);
  assert.equal(lines.length, bursts * 100);
});

test("killed while tasks stop: they are stopped, and their exit codes are told", { skip }, async () => {
  const { clients } = shared;
  const script = "trap 'sleep 1; exit 5' TERM; echo up; while :; do sleep 0.1; done";
  const started = await runTasks(clients, await register(clients, "stops-slowly", [shell("app", script)]), {
    count: 3,
  });
  const tasks = started.map(({ taskArn }) => taskArn!);
  const runs = await Promise.all(tasks.map((task) => running(clients, task)));
  await Promise.all(runs.map((task) => untilLogged(clients, task, "app", "up")));
  await Promise.all(tasks.map((task) => clients.ecs.send(new StopTaskCommand({ cluster, task, reason: "first" }))));
  await platform.kill();
  await platform.start();
  for (const taskArn of tasks) {
    const task = await stopped(clients, taskArn);
    assert.equal(task.containers![0]!.exitCode, 5);
    assert.equal(task.stoppedReason, "first");
  }
  const { taskArns } = await clients.ecs.send(new ListTasksCommand({ cluster, desiredStatus: "RUNNING" }));
  assert.deepEqual(taskArns, []);
});

test("ended with SIGTERM it leaves its tasks running, and the next one adopts them", { skip }, async () => {
  const { clients } = shared;
  const [started] = await runTasks(clients, await register(clients, "stays", [shell("app", untilTold)]));
  const before = await running(clients, started!.taskArn!);
  await until("the containers before to go", containers, (found) => found.length === 1);
  assert.equal(await platform.stop(), 0);
  assert.deepEqual(
    (await containers()).map(({ Id, State }) => [Id, State]),
    [[before.containers![0]!.runtimeId, "running"]],
  );
  await platform.start();
  const task = await running(clients, started!.taskArn!);
  assert.equal(task.containers![0]!.runtimeId, before.containers![0]!.runtimeId);
  assert.equal(Number(task.startedAt), Number(before.startedAt));
  // Left running: the end of this file removes it with the platform.
});
