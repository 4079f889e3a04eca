import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import {
  ConflictException,
  DescribeClustersCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  type ListTasksCommandInput,
  PutClusterCapacityProvidersCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  type Task,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from "@aws-sdk/client-ecs";
import { whyNoAwsCli } from "../support/aws-cli.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, describe as describeTask, register, runTasks, shell, stopped, untilTold } from "../support/tasks.ts";

/** What RunTask takes beside a task definition, and how tasks are found again. */

const shared = await sharePlatform({ prepare });
const withCli = shared.skip ?? whyNoAwsCli();
const started: Task[] = [];
let sleeper = "";

async function prepare(): Promise<void> {
  sleeper = await register(shared.clients, "sleeper", [shell("app", untilTold)], {
    tags: [
      { key: "team", value: "a" },
      { key: "from", value: "definition" },
    ],
  });
}

async function run(fields: Partial<RunTaskCommandInput> = {}): Promise<Task[]> {
  const tasks = await runTasks(shared.clients, sleeper, fields);
  started.push(...tasks);
  return tasks;
}

async function stop(tasks: readonly Task[]): Promise<void> {
  const { clients } = shared;
  await Promise.all(tasks.map(({ taskArn: task }) => clients.ecs.send(new StopTaskCommand({ cluster, task }))));
}

const arns = (tasks: readonly Task[]) => tasks.map(({ taskArn }) => taskArn!);

describe("RunTask", { skip: shared.skip }, () => {
  test("starts ten tasks side by side, each with an address of its own, and all end at once", async () => {
    const { ecs } = shared.clients;
    const tasks = await run({ count: 10 });
    assert.equal(tasks.length, 10);
    assert.equal(new Set(arns(tasks)).size, 10);
    for (const task of tasks) {
      assert.equal(task.lastStatus, "PROVISIONING");
      assert.equal(task.desiredStatus, "RUNNING");
    }
    await waitUntilTasksRunning(
      { client: ecs, maxWaitTime: 240, minDelay: 1, maxDelay: 1 },
      { cluster, tasks: arns(tasks) },
    );
    const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks: arns(tasks) }));
    const addresses = described.tasks!.map(
      ({ containers }) => containers![0]!.networkInterfaces![0]!.privateIpv4Address,
    );
    assert.equal(new Set(addresses).size, 10);
    const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    assert.equal(clusters![0]!.runningTasksCount, 10);
    assert.equal(clusters![0]!.pendingTasksCount, 0);
    await stop(tasks);
    await waitUntilTasksStopped(
      { client: ecs, maxWaitTime: 240, minDelay: 1, maxDelay: 1 },
      { cluster, tasks: arns(tasks) },
    );
    const ended = await ecs.send(new DescribeTasksCommand({ cluster, tasks: arns(tasks) }));
    assert.deepEqual([...new Set(ended.tasks!.map(({ containers }) => containers![0]!.exitCode))], [0]);
  });

  test("does once what it is asked twice with one clientToken", async () => {
    const first = await run({ clientToken: "token-1" });
    const again = await runTasks(shared.clients, sleeper, { clientToken: "token-1" });
    assert.deepEqual(arns(again), arns(first));
    await assert.rejects(runTasks(shared.clients, sleeper, { clientToken: "token-1", count: 2 }), ConflictException);
    await stop(first);
    await stopped(shared.clients, first[0]!.taskArn!);
    assert.deepEqual(arns(await runTasks(shared.clients, sleeper, { clientToken: "token-1" })), arns(first));
  });

  test("keeps startedBy, group, referenceId and tags, and finds tasks by them", async () => {
    const { ecs } = shared.clients;
    const [task] = await run({
      startedBy: "me",
      group: "batch",
      referenceId: "ref",
      enableExecuteCommand: true,
      overrides: { taskRoleArn: "arn:aws:iam::000000000000:role/ecsTaskExecutionRole" },
      propagateTags: "TASK_DEFINITION",
      enableECSManagedTags: true,
      tags: [
        { key: "from", value: "request" },
        { key: "own", value: "1" },
      ],
    });
    const [plain] = await run();
    const described = await describeTask(shared.clients, task!.taskArn!);
    assert.equal(described.startedBy, "me");
    assert.equal(described.group, "batch");
    assert.equal(described.enableExecuteCommand, true);
    assert.deepEqual(Object.fromEntries(described.tags!.map(({ key, value }) => [key, value])), {
      team: "a",
      from: "request",
      own: "1",
      "aws:ecs:clusterName": cluster,
    });
    const plainlyDescribed = await describeTask(shared.clients, plain!.taskArn!);
    assert.deepEqual(plainlyDescribed.tags, []);
    assert.equal(plainlyDescribed.group, "family:sleeper");
    const filters: [Partial<ListTasksCommandInput>, string[]][] = [
      [{ startedBy: "me" }, [task!.taskArn!]],
      [{ family: "sleeper" }, arns([task!, plain!])],
      [{ family: "nobody" }, []],
      [{ launchType: "EC2" }, []],
    ];
    for (const [filter, expected] of filters) {
      const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, ...filter }));
      assert.deepEqual(taskArns!.sort(), [...expected].sort(), JSON.stringify(filter));
    }
    await stop([task!, plain!]);
  });

  test("spreads tasks over the providers of a strategy", async () => {
    const { ecs } = shared.clients;
    await ecs.send(
      new PutClusterCapacityProvidersCommand({
        cluster,
        capacityProviders: ["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy: [],
      }),
    );
    const input = {
      launchType: undefined,
      count: 5,
      capacityProviderStrategy: [
        { capacityProvider: "FARGATE", base: 1, weight: 1 },
        { capacityProvider: "FARGATE_SPOT", weight: 3 },
      ],
    };
    const tasks = await run(input as Partial<RunTaskCommandInput>);
    const names = tasks.map(({ capacityProviderName }) => capacityProviderName).sort();
    assert.deepEqual(names, ["FARGATE", "FARGATE", "FARGATE_SPOT", "FARGATE_SPOT", "FARGATE_SPOT"]);
    await stop(tasks);
    await Promise.all(tasks.map(({ taskArn }) => stopped(shared.clients, taskArn!)));
  });

  test("answers for what is not there", async () => {
    const { ecs } = shared.clients;
    const missing = `arn:aws:ecs:us-east-1:000000000000:task/${cluster}/0123456789abcdef0123456789abcdef`;
    const { tasks, failures } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [missing] }));
    assert.deepEqual({ tasks, failures }, { tasks: [], failures: [{ arn: missing, reason: "MISSING" }] });
    const refused: [Partial<RunTaskCommandInput>, RegExp][] = [
      [{ count: 11 }, /count/],
      [{ taskDefinition: "none" }, /TaskDefinition not found|Unable to find/i],
      [{ cluster: "none" }, /Cluster not found/],
      [{ launchType: "EC2" }, /does not support launch_type EC2|No Container Instances/],
    ];
    for (const [fields, words] of refused)
      await assert.rejects(ecs.send(new RunTaskCommand({ ...(await input()), ...fields })), words);
    await assert.rejects(
      ecs.send(new StopTaskCommand({ cluster, task: missing })),
      /The referenced task was not found/,
    );
  });

  /** A request that would succeed. */
  async function input(): Promise<RunTaskCommandInput> {
    const subnets = [started[0]!.attachments![0]!.details!.find(({ name }) => name === "subnetId")!.value!];
    return {
      cluster,
      taskDefinition: sleeper,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets } },
    };
  }
});

test("aws ecs wait tasks-running and tasks-stopped", { skip: withCli }, async () => {
  const env = shared.platform.env;
  const [task] = await run();
  const aws = async (...words: string[]) => (await promisify(execFile)("aws", words, { env })).stdout;
  const named = ["--cluster", cluster, "--tasks", task!.taskArn!];
  await aws("ecs", "wait", "tasks-running", ...named);
  assert.equal(
    await aws("ecs", "describe-tasks", ...named, "--query", "tasks[0].lastStatus", "--output", "text"),
    "RUNNING\n",
  );
  await aws("ecs", "stop-task", "--cluster", cluster, "--task", task!.taskArn!, "--reason", "by hand");
  await stopped(shared.clients, task!.taskArn!);
  await aws("ecs", "wait", "tasks-stopped", ...named);
  assert.equal(
    await aws("ecs", "describe-tasks", ...named, "--query", "tasks[0].stoppedReason", "--output", "text"),
    "by hand\n",
  );
});
