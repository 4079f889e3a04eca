import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskPayload, TaskStateChange } from "#kernel/agent-protocol.ts";
import { Fault } from "#kernel/fault.ts";
import { container, payload, plainPayload } from "./testing/payloads.ts";
import { nothing, World, type WorldOptions } from "./testing/world.ts";

async function started(task: TaskPayload, options: WorldOptions = {}): Promise<World> {
  const world = new World(options);
  await world.start();
  world.controlPlane.want(task);
  return world;
}

function reportOf(world: World, task: TaskPayload): TaskStateChange {
  const report = world.controlPlane.reports.get(task.taskArn);
  assert.ok(report, "nothing was reported");
  return report;
}

/** What DescribeTasks would show of the end of a task. */
function endOf(world: World, task: TaskPayload) {
  const { status, stopCode, reason, containers } = reportOf(world, task);
  return { status, stopCode, reason, containers: containers.map(({ exitCode, reason: why }) => [exitCode, why]) };
}

const healthCheck = { command: ["CMD-SHELL", "true"], interval: 5, timeout: 2, retries: 3 };
const stopped = { status: "STOPPED" };
const essentialExit = {
  ...stopped,
  stopCode: "EssentialContainerExited",
  reason: "Essential container in task exited",
};
const portsMissing = [
  undefined,
  "HostConfigError: error retrieving docker port map: 65535 contiguous host ports are unavailable",
];
const failedToStart = { ...stopped, stopCode: "TaskFailedToStart", reason: "Task failed to start" };

test("a task runs, and ends when its essential container does", async () => {
  const task = payload("a1", { containers: [container("app", { image: "fake/exit?code=3&after=10s" })] });
  const world = await started(task);
  await world.run(2_000);
  assert.equal(reportOf(world, task).status, "RUNNING");
  assert.deepEqual([...world.network.host.ports.keys()], ["eni-a1"]);
  await world.run(10_000);
  const { executionStoppedAt, startedAt, pullStartedAt, pullStoppedAt } = reportOf(world, task);
  assert.deepEqual(endOf(world, task), { ...essentialExit, containers: [[3, undefined]] });
  assert.equal(executionStoppedAt! - startedAt!, 10_000);
  assert.ok(pullStartedAt! <= pullStoppedAt! && pullStoppedAt! <= startedAt!);
  assert.deepEqual([...world.network.host.ports], [], "the interface is free when the task is reported STOPPED");
  await world.run(10_000);
  assert.deepEqual(world.leftovers(), nothing);
});

test("a task without an interface is led to the platform while it runs, by a restarted agent too", async () => {
  const task = plainPayload("a1", { networkMode: "bridge" });
  const world = await started(task);
  await world.run(2_000);
  const [address] = [...world.host.sandboxes.values()].map(({ pid }) => `172.17.${pid >> 8}.${pid & 255}`);
  assert.deepEqual([...world.network.admitted], [["a1", { address, ports: [] }]]);
  world.kill();
  await world.network.removeAll();
  await world.start();
  await world.run(2_000);
  assert.deepEqual([...world.network.admitted], [["a1", { address, ports: [] }]]);
  world.controlPlane.stop(task.taskArn);
  await world.run(60_000);
  assert.deepEqual(world.leftovers(), nothing);
});

test("of a task in the host's network load balancers may reach the ports that it names", async () => {
  const portMappings = [{ containerPort: 80, protocol: "tcp" as const }];
  const world = await started(
    plainPayload("a1", { networkMode: "host", containers: [container("app", { portMappings })] }),
  );
  await world.run(2_000);
  assert.deepEqual([...world.network.admitted], [["a1", { ports: [80] }]]);
});

test("a task is reported PENDING, then RUNNING, then STOPPED, in growing sequence", async () => {
  const task = payload("a2", { containers: [container("app", { image: "fake/slow-pull?s=30" })] });
  const world = await started(task);
  await world.run(60_000);
  world.controlPlane.stop(task.taskArn);
  await world.run(60_000);
  const { history } = world.controlPlane;
  assert.deepEqual([...new Set(history.map(({ status }) => status))], ["PENDING", "RUNNING", "STOPPED"]);
  const sequences = history.map(({ sequence }) => sequence);
  assert.deepEqual(
    sequences,
    [...new Set(sequences)].sort((a, b) => a - b),
  );
  // Asked to stop, it gives no reason of its own.
  assert.deepEqual(endOf(world, task), {
    ...stopped,
    stopCode: undefined,
    reason: undefined,
    containers: [[143, undefined]],
  });
});

test("a task that starts at once needs one report; of one that pulls the first word comes soon", async () => {
  const [quick, slow] = [
    payload("a3"),
    payload("a4", { containers: [container("app", { image: "fake/slow-pull?s=30" })] }),
  ];
  const world = await started(quick, { latencyMs: 0 });
  await world.run(100);
  world.controlPlane.want(slow);
  await world.run(1_000);
  const statusesOf = (task: TaskPayload) =>
    world.controlPlane.history.filter(({ taskArn }) => taskArn === task.taskArn).map(({ status }) => status);
  assert.deepEqual([statusesOf(quick), statusesOf(slow)], [["RUNNING"], ["PENDING"]]);
  assert.notEqual(reportOf(world, slow).pullStartedAt, undefined);
});

const ends: { name: string; task: TaskPayload; end: object; after?: number }[] = [
  {
    name: "an image that is not there",
    task: payload("e1", { containers: [container("app", { image: "fake/no-such-image" })] }),
    end: {
      ...failedToStart,
      reason:
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): " +
        "pull of fake/no-such-image failed: manifest unknown",
      containers: [
        [
          undefined,
          "CannotPullContainerError: pull image manifest has been retried 1 time(s): " +
            "pull of fake/no-such-image failed: manifest unknown",
        ],
      ],
    },
  },
  {
    name: "a registry that does not answer is asked five times",
    task: payload("e2", { containers: [container("app", { image: "fake/fail-pull?reason=RateLimited" })] }),
    end: {
      ...failedToStart,
      reason:
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): " +
        "pull of fake/fail-pull?reason=RateLimited failed: RateLimited",
      containers: [
        [
          undefined,
          "CannotPullContainerError: pull image manifest has been retried 5 time(s): " +
            "pull of fake/fail-pull?reason=RateLimited failed: RateLimited",
        ],
      ],
    },
  },
  {
    name: "on EC2 the reason of a failed pull stands with the container",
    task: plainPayload("e3", { launchType: "EC2", containers: [container("app", { image: "fake/no-such-image" })] }),
    end: {
      ...failedToStart,
      containers: [
        [
          undefined,
          "CannotPullContainerError: pull image manifest has been retried 1 time(s): " +
            "pull of fake/no-such-image failed: manifest unknown",
        ],
      ],
    },
  },
  {
    name: "so does that of a network that cannot be made, with each that the task needs",
    task: plainPayload("e3", {
      ...{ launchType: "EC2", networkMode: "bridge" },
      containers: [
        container("app", { portMappings: [{ containerPortRange: "1-65535", protocol: "tcp" }] }),
        container("side", { essential: false }),
        container("web"),
      ],
    }),
    end: { ...failedToStart, containers: [portsMissing, [undefined, undefined], portsMissing] },
  },
  {
    name: "a command that is not there, beside one that runs",
    task: payload("e4", {
      containers: [container("app", { image: "fake/fail-start", command: ["nope"] }), container("side")],
    }),
    end: {
      ...failedToStart,
      containers: [
        [undefined, 'CannotStartContainerError: OCI runtime create failed: exec: "nope": executable file not found'],
        [143, undefined],
      ],
    },
  },
  {
    name: "no memory left",
    task: payload("e5", { containers: [container("app", { image: "fake/oom?after=2s" })] }),
    end: { ...essentialExit, containers: [[137, "OutOfMemoryError: Container killed due to memory usage"]] },
  },
  {
    name: "a side container's end is not the task's; the task's is the side container's",
    task: payload("e6", {
      containers: [
        container("side", { essential: false, image: "fake/exit?code=1&after=1s" }),
        container("long", { essential: false }),
        container("app", { image: "fake/exit?after=5s" }),
      ],
    }),
    end: {
      ...essentialExit,
      containers: [
        [1, undefined],
        [143, undefined],
        [0, undefined],
      ],
    },
  },
  {
    name: "one that does not mind SIGTERM is killed after its stopTimeout",
    task: payload("e7", {
      containers: [
        container("app", { image: "fake/exit?after=1s" }),
        container("deaf", { image: "fake/run-forever?stop=never", stopTimeout: 5 }),
      ],
    }),
    after: 8_000,
    end: {
      ...essentialExit,
      containers: [
        [0, undefined],
        [137, undefined],
      ],
    },
  },
  {
    name: "SUCCESS of a container that fails",
    task: payload("e8", {
      containers: [
        container("init", { essential: false, image: "fake/exit?code=2&after=1s" }),
        container("app", { dependsOn: [{ containerName: "init", condition: "SUCCESS" }] }),
      ],
    }),
    end: {
      ...failedToStart,
      containers: [
        [2, undefined],
        [
          undefined,
          "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency [init] for " +
            "target [app] as dependency did not exit successfully.",
        ],
      ],
    },
  },
  {
    name: "a dependency that takes longer than its startTimeout",
    task: payload("e9", {
      containers: [
        container("db", { image: "fake/healthy-after?s=100", startTimeout: 5, healthCheck }),
        container("app", { dependsOn: [{ containerName: "db", condition: "HEALTHY" }] }),
      ],
    }),
    end: {
      ...failedToStart,
      containers: [
        [143, undefined],
        [
          undefined,
          "CannotStartContainerError: dependency graph: container ordering dependency [db] for target [app] " +
            "has timed out.",
        ],
      ],
    },
  },
  {
    name: "secrets without a store of secrets",
    task: payload("e10", {
      containers: [container("app", { secrets: [{ name: "PASSWORD", valueFrom: "arn:aws:ssm:x" }] })],
    }),
    end: {
      ...failedToStart,
      reason:
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: " +
        "unable to retrieve secrets from ssm: service call has been retried 1 time(s): " +
        "this platform has no store of secrets",
      containers: [
        [
          undefined,
          "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval " +
            "failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): " +
            "this platform has no store of secrets",
        ],
      ],
    },
  },
];

for (const { name, task, end, after } of ends) {
  test(`the end of a task: ${name}`, async () => {
    const world = await started(task);
    await world.run(after ?? 40_000);
    assert.deepEqual(endOf(world, task), end);
    await world.run(60_000);
    assert.deepEqual(world.leftovers(), nothing);
  });
}

test("a log group that is not there stops the task before it starts", async () => {
  const logConfiguration = { logDriver: "awslogs", options: { "awslogs-group": "/none" } };
  const task = payload("l1", { containers: [container("app", { logConfiguration })] });
  const world = new World();
  world.logs.failPrepare = new Fault("ResourceNotFoundException", "The specified log group does not exist.");
  await world.start();
  world.controlPlane.want(task);
  await world.run(5_000);
  assert.equal(
    reportOf(world, task).reason,
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to " +
      "create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
  );
});

test("the logs of a stopped task are stored before it is reported and removed, within limits", async () => {
  const logConfiguration = { logDriver: "awslogs", options: {} };
  const task = payload("l2", { containers: [container("app", { image: "fake/exit?after=1s", logConfiguration })] });
  const world = await started(task);
  world.logs.stuck = true;
  await world.run(5_000);
  assert.equal(reportOf(world, task).status, "RUNNING");
  await world.run(10_000);
  assert.equal(reportOf(world, task).status, "STOPPED");
  await world.run(60_000);
  assert.deepEqual(world.leftovers().sandboxes, ["l2"], "what is not stored is not removed");
});

test("containers stop in the reverse of the order in which they start", async () => {
  const after = (containerName: string) => [{ containerName, condition: "START" as const }];
  const task = payload("o1", {
    containers: [
      container("app", { dependsOn: after("proxy"), image: "fake/run-forever?stop=2s" }),
      container("proxy", { dependsOn: after("db"), image: "fake/run-forever?stop=2s" }),
      container("db", { image: "fake/run-forever?stop=2s" }),
    ],
  });
  const world = await started(task);
  await world.run(2_000);
  const times = (pick: (status: { startedAt?: number; finishedAt?: number }) => number) =>
    ["db", "proxy", "app"].map((name) => pick(world.host.container("o1", name)!.status()));
  const starts = times(({ startedAt }) => startedAt!);
  assert.deepEqual(
    starts,
    [...starts].sort((a, b) => a - b),
  );
  world.controlPlane.stop(task.taskArn);
  await world.run(6_500);
  const finishes = times(({ finishedAt }) => finishedAt!);
  assert.ok(finishes[2]! + 2_000 <= finishes[1]! && finishes[1]! + 2_000 <= finishes[0]!, String(finishes));
});

test("health is told, and an unhealthy container does not end its task", async () => {
  const task = payload("h1", { containers: [container("app", { image: "fake/unhealthy-after?s=5", healthCheck })] });
  const world = await started(task);
  await world.run(30_000);
  const told = world.controlPlane.health.flatMap(({ tasks }) => tasks[0]!.containers.map((each) => each.healthStatus));
  assert.deepEqual(told, ["UNKNOWN", "UNHEALTHY"]);
  assert.equal(reportOf(world, task).status, "RUNNING");
  world.controlPlane.stop(task.taskArn);
  await world.run(30_000);
  assert.equal(world.controlPlane.health.length, 2, "what has not changed is not told again");
});

test("a restart policy starts a container again when it ran for long enough", async () => {
  const restartPolicy = { enabled: true, restartAttemptPeriod: 60 };
  const task = payload("r1", {
    containers: [container("app", { image: "fake/exit?code=1&after=90s", restartPolicy }), container("other")],
  });
  const world = await started(task);
  await world.run(200_000);
  const report = reportOf(world, task);
  assert.equal(report.status, "RUNNING");
  assert.equal(report.containers[0]?.restartCount, 2);
  world.host.container("r1", "app")!.exit(7);
  await world.run(5_000);
  assert.deepEqual(endOf(world, task), {
    ...essentialExit,
    containers: [
      [7, undefined],
      [143, undefined],
    ],
  });
});

test("an ignored exit code ends a container for good", async () => {
  const restartPolicy = { enabled: true, restartAttemptPeriod: 60, ignoredExitCodes: [5] };
  const task = payload("r2", {
    containers: [container("app", { image: "fake/exit?code=5&after=90s", restartPolicy })],
  });
  const world = await started(task);
  await world.run(120_000);
  assert.deepEqual(endOf(world, task), { ...essentialExit, containers: [[5, undefined]] });
});
