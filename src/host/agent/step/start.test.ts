import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerPayload } from "#kernel/agent-protocol.ts";
import { container, payload, plainPayload } from "../testing/payloads.ts";
import {
  done,
  failed,
  fresh,
  next,
  nextAction,
  relisted,
  sandbox,
  seen,
  start,
  take,
  times,
} from "../testing/tasks.ts";
import { readinessOf } from "./dependencies.ts";
import { memoryOf, newTask } from "./state.ts";
import { step } from "./step.ts";

test("nothing is made before the engine has been asked what there is", () => {
  const task = newTask(payload("t1"), () => "m");
  assert.deepEqual(step(task, times, start), {
    actions: [],
    waitingFor: "the container engine is being asked what it has of this task",
  });
});

test("images, sandbox, volumes and log streams are made side by side", () => {
  const logConfiguration = { logDriver: "awslogs", options: {} };
  const task = payload("t1", {
    volumes: [{ name: "data" }, { name: "host", host: { sourcePath: "/srv" } }],
    containers: [
      container("a", { logConfiguration }),
      container("b", { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] }),
    ],
  });
  assert.deepEqual(next(fresh(task)), ["pull a", "pull b", "createVolume data", "createSandbox", "prepareLogs a"]);
});

test("what is under way is not begun again", () => {
  const task = fresh(plainPayload("t1"));
  const begun = take(task, { type: "begun", actions: step(task, times, start).actions });
  assert.deepEqual(next(begun), []);
});

test("a container is made when its image and sandbox are there, and started when it is plugged in", () => {
  let task = done(done(fresh(payload("t1")), "pull app"), "createSandbox");
  assert.deepEqual(next(task), []);
  assert.equal(step(task, times, start).waitingFor, "the network of this host does not know eni-t1 yet");
  task = take(task, { type: "network", ready: true });
  assert.deepEqual(next(task), ["attach", "createContainer app"]);
  const made = done(task, "createContainer app");
  assert.deepEqual(next(made), ["attach"]);
  assert.deepEqual(next(done(made, "attach")), ["startContainer app"]);
});

test("without an interface the sandbox is led to the platform before a container starts", () => {
  for (const networkMode of ["bridge", "host"] as const) {
    const made = done(
      done(done(fresh(plainPayload("t1", { networkMode })), "pull app"), "createSandbox"),
      "createContainer app",
    );
    assert.deepEqual(nextAction(made, "attach"), { type: "attach", sandbox: { ...sandbox, running: true } });
    assert.deepEqual(next(made), ["attach"]);
    assert.deepEqual(next(done(made, "attach")), ["startContainer app"]);
  }
});

test("a container starts when its log stream is there", () => {
  const containers = [container("app", { logConfiguration: { logDriver: "awslogs", options: {} } })];
  let task = fresh(plainPayload("t1", { containers }));
  for (const key of ["pull app", "createSandbox", "createContainer app"]) task = done(task, key);
  assert.deepEqual(next(task), ["prepareLogs app"]);
  assert.deepEqual(next(done(task, "prepareLogs app")), ["startContainer app"]);
});

test("a container waits for its volumes, and for those whose volumes it takes", () => {
  const mountPoints = [{ sourceVolume: "data", containerPath: "/data" }];
  const containers = [container("a", { mountPoints }), container("b", { volumesFrom: [{ sourceContainer: "a" }] })];
  let task = fresh(plainPayload("t1", { volumes: [{ name: "data" }], containers }));
  for (const key of ["pull a", "pull b", "createSandbox"]) task = done(task, key);
  assert.deepEqual(next(task), ["createVolume data"]);
  task = done(task, "createVolume data");
  assert.deepEqual(next(task), ["createContainer a"]);
  assert.deepEqual(next(done(task, "createContainer a")), ["startContainer a", "createContainer b"]);
});

const order: {
  condition: "START" | "COMPLETE" | "SUCCESS" | "HEALTHY";
  dependency: string;
  see: "nothing" | "running" | "exited";
  more?: Parameters<typeof seen>[3];
  is: string;
}[] = [
  { condition: "START", dependency: "has not started", see: "nothing", is: "waiting" },
  { condition: "START", dependency: "runs", see: "running", is: "ready" },
  { condition: "START", dependency: "has failed", see: "exited", more: { exitCode: 1 }, is: "ready" },
  { condition: "COMPLETE", dependency: "runs", see: "running", is: "waiting" },
  { condition: "COMPLETE", dependency: "has failed", see: "exited", more: { exitCode: 1 }, is: "ready" },
  { condition: "SUCCESS", dependency: "runs", see: "running", is: "waiting" },
  { condition: "SUCCESS", dependency: "has ended well", see: "exited", is: "ready" },
  { condition: "SUCCESS", dependency: "has failed", see: "exited", more: { exitCode: 1 }, is: "impossible" },
  { condition: "HEALTHY", dependency: "is starting", see: "running", more: { health: "starting" }, is: "waiting" },
  { condition: "HEALTHY", dependency: "is unhealthy", see: "running", more: { health: "unhealthy" }, is: "waiting" },
  { condition: "HEALTHY", dependency: "is healthy", see: "running", more: { health: "healthy" }, is: "ready" },
  { condition: "HEALTHY", dependency: "has ended", see: "exited", is: "impossible" },
];

for (const { condition, dependency, see, more, is } of order) {
  test(`${condition}: the dependency ${dependency}`, () => {
    const healthCheck: ContainerPayload["healthCheck"] = { command: ["CMD"], interval: 1, timeout: 1, retries: 1 };
    const containers = [
      container("db", { essential: false, healthCheck }),
      container("app", { dependsOn: [{ containerName: "db", condition }] }),
    ];
    const task = fresh(plainPayload("t1", { containers }));
    assert.equal(readinessOf(see === "nothing" ? task : seen(task, "db", see, more), "app", start).is, is);
  });
}

test("a sandbox that ended before anything ran in it is made anew", () => {
  let task = done(fresh(plainPayload("t1")), "createSandbox");
  const before = { sandboxId: "s1", runtimeIds: [] };
  const ended = { id: "s1", hostname: "host", pid: 0, ports: [], name: "t1", running: false, containers: [] };
  task = take(task, { type: "listed", sandbox: ended, before });
  assert.deepEqual(next(task), ["pull app", "removeSandbox"]);
  assert.deepEqual(next(done(task, "removeSandbox")), ["pull app", "createSandbox"]);
});

test("a sandbox that ended is removed after what is being made in it", () => {
  let task = done(done(fresh(plainPayload("t1")), "pull app"), "createSandbox");
  const action = nextAction(task, "createContainer app");
  task = take(task, { type: "begun", actions: [action] });
  const ended = { id: "s1", hostname: "host", pid: 0, ports: [], name: "t1", running: false, containers: [] };
  task = take(task, { type: "listed", sandbox: ended, before: { sandboxId: "s1", runtimeIds: [] } });
  assert.deepEqual(next(task), []);
  task = take(task, { type: "done", action, result: { type: "createContainer", runtimeId: "id-app" } });
  assert.deepEqual(next(task), ["removeSandbox"]);
});

test("a listing that came upon a sandbox before its process was started says nothing of it", () => {
  const half = { id: "s1", hostname: "host", pid: 0, ports: [], name: "t1", running: false, containers: [] };
  const early = { type: "listed", sandbox: half, before: { sandboxId: undefined, runtimeIds: [] } } as const;
  const task = done(fresh(plainPayload("t1")), "pull app");
  const action = nextAction(task, "createSandbox");
  const begun = take(task, { type: "begun", actions: [action] });
  assert.deepEqual(next(take(begun, early)), [], "while it is being made");
  const made = take(begun, { type: "done", action, result: { type: "createSandbox", sandbox } });
  assert.deepEqual(next(take(made, early)), ["createContainer app"], "after it was made");
});

const failures: { key: string; code: string; retryable?: boolean; delays: number[]; reason?: RegExp }[] = [
  { key: "pull app", code: "Unauthorized", delays: [], reason: /^CannotPullContainerError: .* retried 1 time/ },
  {
    key: "pull app",
    code: "RegistryUnreachable",
    retryable: true,
    delays: [1_100, 2_200, 4_400, 5_000],
    reason: /^CannotPullContainerError: .* retried 5 time/,
  },
  { key: "pull app", code: "Unavailable", retryable: true, delays: [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000] },
  { key: "createSandbox", code: "Failed", delays: [], reason: /^ResourceInitializationError: .*sandbox: why$/ },
  { key: "createSandbox", code: "Conflict", delays: [500, 1_000], reason: /^ResourceInitializationError: / },
];

for (const { key, code, retryable, delays, reason } of failures) {
  test(`${key} fails: ${code}`, () => {
    let task = fresh(plainPayload("t1"));
    let now = start;
    for (const delay of delays) {
      task = failed(task, key, { code, ...(retryable === undefined ? {} : { retryable }) }, now);
      if (key === "createSandbox") {
        assert.deepEqual(next(task, now), [], "the engine is asked first");
        task = relisted(task, undefined);
      }
      assert.ok(!next(task, now + delay - 1).includes(key), `tried again before ${delay} ms`);
      assert.equal(step(task, times, now).wakeAt, now + delay);
      now += delay;
    }
    assert.equal(task.memory.stop, undefined);
    if (reason === undefined) return;
    task = failed(task, key, { code, ...(retryable === undefined ? {} : { retryable }) }, now);
    const words = key === "createSandbox" ? task.memory.stop?.reason : memoryOf(task, "app").ended?.reason;
    assert.match(words!, reason);
    assert.equal(task.memory.stop?.code, "TaskFailedToStart");
  });
}
