import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Container,
  type ContainerDefinition,
  type RegisterTaskDefinitionCommandInput,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
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
  untilTask,
  untilTold,
} from "../support/tasks.ts";

/** How containers of a task start, depend on each other, fail, and end. */

const shared = await sharePlatform();
const exited = { stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited" };
const sidecar = { essential: false };
const dependsOn = (containerName: string, condition: "START" | "COMPLETE" | "SUCCESS" | "HEALTHY") => ({
  dependsOn: [{ containerName, condition }],
});
const onVolume = { mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] };
const volume = { volumes: [{ name: "v" }] };
const outOfMemory = "OutOfMemoryError: Container killed due to memory usage";
const eatMemory = "x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done";
const healthCheck = { command: ["CMD-SHELL", "test -f /v/healthy"], interval: 5, timeout: 60, retries: 1 };

interface Row {
  readonly name: string;
  readonly containers: ContainerDefinition[];
  readonly task?: Partial<RegisterTaskDefinitionCommandInput>;
  readonly stopCode: string;
  readonly stoppedReason: string | RegExp;
  /** Of each container its exit code, undefined when it never ran. */
  readonly exitCodes: Readonly<Record<string, number | undefined>>;
  readonly reasons?: Readonly<Record<string, string | RegExp>>;
  /** What the container `app` writes. */
  readonly lines?: readonly string[];
}

const rows: readonly Row[] = [
  {
    name: "a container that is not essential may fail; the task goes on",
    containers: [
      shell("side", "touch /v/failed; exit 5", { ...sidecar, ...onVolume }),
      shell("app", "until test -f /v/failed; do sleep 0.1; done; sleep 0.5; exit 4", onVolume),
    ],
    task: volume,
    ...exited,
    exitCodes: { side: 5, app: 4 },
  },
  {
    name: "the end of an essential container ends the others with SIGTERM",
    containers: [
      shell("app", "trap 'echo told; exit 9' TERM; touch /v/up; while :; do sleep 0.1; done", {
        ...sidecar,
        ...onVolume,
      }),
      shell("main", "until test -f /v/up; do sleep 0.1; done", onVolume),
    ],
    task: volume,
    ...exited,
    exitCodes: { app: 9, main: 0 },
    lines: ["told"],
  },
  {
    name: "COMPLETE waits for the end, whatever the exit code",
    containers: [
      shell("first", "sleep 1; echo done > /v/file; exit 3", { ...sidecar, ...onVolume }),
      shell("app", "cat /v/file", { ...dependsOn("first", "COMPLETE"), ...onVolume }),
    ],
    task: volume,
    ...exited,
    exitCodes: { first: 3, app: 0 },
    lines: ["done"],
  },
  {
    name: "SUCCESS waits for exit code 0",
    containers: [
      shell("first", "sleep 1; echo done > /v/file", { ...sidecar, ...onVolume }),
      shell("app", "cat /v/file", { ...dependsOn("first", "SUCCESS"), ...onVolume }),
    ],
    task: volume,
    ...exited,
    exitCodes: { first: 0, app: 0 },
    lines: ["done"],
  },
  {
    name: "SUCCESS of a container that fails: the task does not start",
    containers: [shell("first", "exit 3", sidecar), shell("app", "echo never", dependsOn("first", "SUCCESS"))],
    stopCode: "TaskFailedToStart",
    stoppedReason: /./,
    exitCodes: { first: 3, app: undefined },
    reasons: { app: /first/ },
    lines: [],
  },
  {
    name: "HEALTHY waits for the health check",
    containers: [
      shell("first", `sleep 2; touch /v/healthy; ${untilTold}`, {
        ...sidecar,
        ...onVolume,
        healthCheck: { ...healthCheck, retries: 5 },
      }),
      shell("app", "ls /v", { ...dependsOn("first", "HEALTHY"), ...onVolume }),
    ],
    task: volume,
    ...exited,
    exitCodes: { first: 0, app: 0 },
    lines: ["healthy"],
  },
  {
    name: "startTimeout: who waits for it gives up",
    containers: [
      // As long as it takes a busy machine to get to the trap: a shell without it ignores SIGTERM.
      shell("first", untilTold, { ...sidecar, startTimeout: 20 }),
      shell("app", "echo never", dependsOn("first", "SUCCESS")),
    ],
    stopCode: "TaskFailedToStart",
    stoppedReason: /./,
    exitCodes: { first: 0, app: undefined },
    reasons: { app: /first/ },
    lines: [],
  },
  {
    name: "a container that is told to stop after the one that needs it",
    containers: [
      shell("app", "trap 'cat /v/order; exit 0' TERM; touch /v/up; while :; do sleep 0.1; done", {
        ...sidecar,
        ...onVolume,
      }),
      shell(
        "needs",
        "trap 'sleep 1; echo needs ended > /v/order; exit 0' TERM; touch /v/second; while :; do sleep 0.1; done",
        {
          ...sidecar,
          ...onVolume,
          ...dependsOn("app", "START"),
        },
      ),
      shell("main", "until test -f /v/up && test -f /v/second; do sleep 0.1; done", onVolume),
    ],
    task: volume,
    ...exited,
    exitCodes: { app: 0, needs: 0, main: 0 },
    lines: ["needs ended"],
  },
  {
    name: "memory of the container used up",
    containers: [shell("app", eatMemory, { memory: 16 })],
    ...exited,
    exitCodes: { app: 137 },
    reasons: { app: outOfMemory },
  },
  {
    name: "memory of the task used up",
    containers: [shell("app", eatMemory)],
    ...exited,
    exitCodes: { app: 137 },
    reasons: { app: outOfMemory },
  },
  {
    name: "a restart policy does nothing for a container that ran less than its period",
    containers: [shell("app", "echo once; exit 2", { restartPolicy: { enabled: true, restartAttemptPeriod: 60 } })],
    ...exited,
    exitCodes: { app: 2 },
    lines: ["once"],
  },
  {
    name: "a container killed by a signal",
    containers: [shell("app", "sh -c 'kill -SEGV $$'; exit $?")],
    ...exited,
    exitCodes: { app: 139 },
  },
  {
    name: "a user that the image does not have",
    containers: [shell("app", "true", { user: "nosuchuser" })],
    stopCode: "TaskFailedToStart",
    stoppedReason: "Task failed to start",
    exitCodes: { app: undefined },
    reasons: { app: /^Cannot(Start|Create)ContainerError: .*nosuchuser/ },
  },
  {
    name: "a log group that does not exist, and may not be made",
    containers: [
      shell("app", "true", {
        logConfiguration: {
          logDriver: "awslogs",
          options: { "awslogs-group": "/none", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "x" },
        },
      }),
    ],
    stopCode: "TaskFailedToStart",
    stoppedReason: /^ResourceInitializationError: .*log group does not exist/,
    exitCodes: { app: undefined },
  },
];

describe("a task", { skip: shared.skip, concurrency: 8 }, () => {
  for (const [i, row] of rows.entries()) {
    test(row.name, async () => {
      const { clients } = shared;
      const definition = await register(clients, `life-${i}`, row.containers, row.task);
      const [started] = await runTasks(clients, definition);
      const task = await stopped(clients, started!.taskArn!);
      check(row, task);
      if (row.lines) assert.deepEqual(await logLines(clients, task, "app"), row.lines);
    });
  }

  test("whose container ignores SIGTERM is killed after stopTimeout", async () => {
    const { clients } = shared;
    const script = "trap '' TERM; echo up; while :; do sleep 0.1; done";
    const [started] = await runTasks(
      clients,
      await register(clients, "stubborn", [shell("app", script, { stopTimeout: 2 })]),
    );
    await running(clients, started!.taskArn!);
    await untilLogged(clients, started!, "app", "up");
    await clients.ecs.send(new StopTaskCommand({ cluster, task: started!.taskArn! }));
    const task = await stopped(clients, started!.taskArn!);
    assert.equal(task.containers![0]!.exitCode, 137);
    assert.equal(task.stopCode, "UserInitiated");
    assert.equal(task.stoppedReason, "Task stopped by user");
    const tookMs = Number(task.executionStoppedAt) - Number(task.stoppingAt);
    assert.ok(tookMs >= 1900, `${tookMs} ms are less than stopTimeout`);
  });

  test("is healthy as its essential containers are", async () => {
    const { clients } = shared;
    // What fails before the first success, in so long a time, counts for nothing.
    const patient = { ...healthCheck, startPeriod: 300 };
    const definition = await register(
      clients,
      "healthy",
      [shell("app", untilTold, { ...onVolume, healthCheck: patient }), shell("other", untilTold)],
      volume,
    );
    const [started] = await runTasks(clients, definition);
    const unknown = await running(clients, started!.taskArn!);
    assert.equal(unknown.healthStatus, "UNKNOWN");
    await exec(unknown, "app", ["touch", "/v/healthy"]);
    const task = await untilTask(clients, started!.taskArn!, ({ healthStatus }) => healthStatus === "HEALTHY");
    assert.deepEqual(
      task.containers!.map(({ name, healthStatus }) => [name, healthStatus]),
      [
        ["app", "HEALTHY"],
        ["other", "UNKNOWN"],
      ],
    );
    await exec(task, "app", ["rm", "/v/healthy"]);
    const ill = await untilTask(clients, started!.taskArn!, ({ healthStatus }) => healthStatus === "UNHEALTHY");
    assert.equal(ill.lastStatus, "RUNNING");
    assert.equal(ill.containers!.find(({ name }) => name === "app")!.healthStatus, "UNHEALTHY");
    await clients.ecs.send(new StopTaskCommand({ cluster, task: ill.taskArn! }));
    await stopped(clients, ill.taskArn!);
  });

  test("stopped before it runs has no exit codes and its interface is gone", async () => {
    const { clients } = shared;
    const containers = [shell("first", untilTold, sidecar), shell("app", "echo never", dependsOn("first", "COMPLETE"))];
    const [started] = await runTasks(clients, await register(clients, "early", containers));
    await untilTask(clients, started!.taskArn!, ({ lastStatus }) => lastStatus === "PENDING");
    await clients.ecs.send(new StopTaskCommand({ cluster, task: started!.taskArn!, reason: "changed my mind" }));
    const task = await stopped(clients, started!.taskArn!);
    assert.equal(task.stoppedReason, "changed my mind");
    assert.equal(task.containers!.find(({ name }) => name === "app")!.exitCode, undefined);
    assert.equal(task.startedAt, undefined);
    assert.equal(task.attachments![0]!.status, "DELETED");
  });
});

function check(row: Row, task: Task): void {
  const told = JSON.stringify(task, undefined, 1);
  const containers = new Map(task.containers!.map((container): [string, Container] => [container.name!, container]));
  assert.equal(task.stopCode, row.stopCode, told);
  matches(task.stoppedReason, row.stoppedReason);
  for (const [name, exitCode] of Object.entries(row.exitCodes)) {
    assert.equal(containers.get(name)!.exitCode, exitCode, told);
    assert.equal(containers.get(name)!.lastStatus, "STOPPED");
  }
  for (const [name, reason] of Object.entries(row.reasons ?? {})) matches(containers.get(name)!.reason, reason);
}

function matches(text: string | undefined, wanted: string | RegExp): void {
  if (wanted instanceof RegExp) assert.match(text ?? "", wanted);
  else assert.equal(text, wanted);
}

/** Runs a command in a running container through the engine, and waits for its end. */
async function exec(task: Task, name: string, command: string[]): Promise<void> {
  const { runtimeId } = task.containers!.find((container) => container.name === name)!;
  const { Id } = await shared.engine.call("POST", `/containers/${runtimeId}/exec`, {
    body: { Cmd: command, AttachStdout: true },
  });
  const output = await shared.engine.stream("POST", `/exec/${Id}/start`, { body: { Detach: false, Tty: false } });
  for await (const _ of output);
}
