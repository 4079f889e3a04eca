import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerStatus } from "#host/runtime/driver.ts";
import type { ContainerPayload } from "#kernel/agent-protocol.ts";
import { container, payload, plainPayload } from "../testing/payloads.ts";
import { done, fresh, listing, next, nextAction, running, seen, start, status, take, times } from "../testing/tasks.ts";
import { isAlive, phaseOf } from "./phase.ts";
import { reportOf } from "./report.ts";
import { memoryOf, recallTask } from "./state.ts";

const ends: { what: string; own: Partial<ContainerPayload>; seen: Partial<ContainerStatus>; ended: object }[] = [
  { what: "an exit code", own: {}, seen: { exitCode: 3 }, ended: { exitCode: 3 } },
  {
    what: "the kernel's out-of-memory killer",
    own: {},
    seen: { exitCode: 137, oomKilled: true },
    ended: { exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" },
  },
  {
    what: "the engine's own words",
    own: {},
    seen: { exitCode: 128, error: "disk full" },
    ended: { exitCode: 128, reason: "DockerStateError: disk full" },
  },
];

for (const { what, own, seen: more, ended } of ends) {
  test(`the end of a container: ${what}`, () => {
    const task = running(plainPayload("t1", { containers: [container("app", own)] }));
    assert.deepEqual(memoryOf(seen(task, "app", "exited", more), "app").ended, { at: start + 1_000, ...ended });
  });
}

const restarts: {
  what: string;
  policy?: ContainerPayload["restartPolicy"];
  ranMs: number;
  exitCode: number;
  again: boolean;
}[] = [
  { what: "no policy", ranMs: 400_000, exitCode: 1, again: false },
  { what: "a policy that is off", policy: { enabled: false }, ranMs: 400_000, exitCode: 1, again: false },
  { what: "300 s by default: too early", policy: { enabled: true }, ranMs: 299_999, exitCode: 1, again: false },
  { what: "300 s by default", policy: { enabled: true }, ranMs: 300_000, exitCode: 1, again: true },
  { what: "a period", policy: { enabled: true, restartAttemptPeriod: 60 }, ranMs: 60_000, exitCode: 0, again: true },
  {
    what: "an ignored code",
    policy: { enabled: true, restartAttemptPeriod: 60, ignoredExitCodes: [0] },
    ranMs: 60_000,
    exitCode: 0,
    again: false,
  },
];

for (const { what, policy, ranMs, exitCode, again } of restarts) {
  test(`a restart: ${what}`, () => {
    const own = policy === undefined ? {} : { restartPolicy: policy };
    const task = running(plainPayload("t1", { containers: [container("app", own)] }));
    const after = seen(task, "app", "exited", { exitCode, finishedAt: start + ranMs });
    assert.equal(phaseOf(after, "app"), again ? "created" : "ended");
    assert.deepEqual(next(after), again ? ["startContainer app"] : []);
    assert.equal(memoryOf(after, "app").restartCount, again ? 1 : 0);
    const report = reportOf(after, times, start)!;
    assert.equal(report.containers[0]?.status, again ? "RUNNING" : "STOPPED");
  });
}

test("the end that a restart answered, seen late, is not another one", () => {
  const policy = { enabled: true, restartAttemptPeriod: 60 };
  let task = running(plainPayload("t1", { containers: [container("app", { restartPolicy: policy })] }));
  const end = { exitCode: 1, finishedAt: start + 60_000 };
  task = seen(seen(task, "app", "exited", end), "app", "exited", end);
  assert.equal(memoryOf(task, "app").restartCount, 1);
  assert.equal(memoryOf(task, "app").ended, undefined);
  task = seen(task, "app", "running", { startedAt: start + 61_000 });
  task = seen(task, "app", "exited", end);
  assert.equal(phaseOf(task, "app"), "running", "older than the latest start");
});

test("one whose restart was due when its task stopped ended as it had, also for an agent that has begun anew", () => {
  const policy = { enabled: true, restartAttemptPeriod: 60 };
  const end = { exitCode: 1, finishedAt: start + 60_000 };
  const earlier = seen(
    running(plainPayload("t1", { containers: [container("app", { restartPolicy: policy })] })),
    "app",
    "exited",
    end,
  );
  const task = take(recallTask(earlier.payload, earlier.memory), {
    type: "listed",
    sandbox: listing([status("app", "exited", end)]),
    before: { sandboxId: undefined, runtimeIds: [] },
  });
  const stopped = { ...task.payload, seqNum: 9, desiredStatus: "STOPPED" as const };
  assert.equal(memoryOf(take(task, { type: "payload", payload: stopped }), "app").ended?.exitCode, 1);
});

test("a start that is through when the task has ended does not make it one that ran", () => {
  const containers = [container("app"), container("side", { essential: false })];
  let task = fresh(plainPayload("t1", { containers }));
  for (const key of ["pull app", "pull side", "createSandbox", "createContainer app", "createContainer side"]) {
    task = done(task, key);
  }
  const action = nextAction(task, "startContainer side");
  task = take(done(task, "startContainer app"), { type: "begun", actions: [action] });
  task = seen(task, "app", "exited", { exitCode: 0, finishedAt: start + 1_000 });
  task = take(task, { type: "done", action, result: { type: "none" } }, start + 2_000);
  const { startedAt, executionStoppedAt } = task.memory;
  assert.deepEqual({ startedAt, executionStoppedAt }, { startedAt: undefined, executionStoppedAt: start + 1_000 });
});

test("an older sighting does not take back a newer one", () => {
  const task = seen(running(plainPayload("t1")), "app", "exited", { exitCode: 2 });
  for (const state of ["created", "running"] as const) {
    const after = seen(task, "app", state);
    assert.deepEqual(memoryOf(after, "app"), memoryOf(task, "app"));
    assert.equal(isAlive(after, "app"), false);
  }
});

test("an end that is seen before the start is confirmed stays the end", () => {
  let task = fresh(plainPayload("t1"));
  for (const key of ["pull app", "createSandbox", "createContainer app"]) task = done(task, key);
  const action = nextAction(task, "startContainer app");
  task = seen(take(task, { type: "begun", actions: [action] }), "app", "exited", { exitCode: 2 });
  task = take(task, { type: "done", action, result: { type: "none" } }, start + 5_000);
  assert.equal(memoryOf(task, "app").startedAt, start);
  assert.equal(phaseOf(task, "app"), "ended");
});

test("another network namespace is plugged in anew", () => {
  const task = take(running(payload("t1")), {
    type: "listed",
    sandbox: listing([status("app", "running")], { pid: 11 }),
    before: { sandboxId: "s1", runtimeIds: ["id-app"] },
  });
  assert.deepEqual(next(task), ["attach"]);
});

test("execution stops when the first essential container ends", () => {
  let task = running(plainPayload("t1", { containers: [container("app"), container("other")] }));
  task = seen(task, "app", "exited", { finishedAt: start + 2_000 });
  task = seen(task, "other", "exited", { finishedAt: start + 9_000 });
  assert.equal(task.memory.executionStoppedAt, start + 2_000);
});

test("a container that was known before the listing and is not in it has vanished", () => {
  const task = running(plainPayload("t1", { containers: [container("app"), container("other")] }));
  const before = { sandboxId: "s1", runtimeIds: ["id-app"] };
  const after = take(task, { type: "listed", sandbox: listing([]), before });
  assert.deepEqual(memoryOf(after, "app").ended, {
    at: start,
    reason: "ContainerVanishedError: No container matching saved ID found",
  });
  assert.equal(memoryOf(after, "other").ended, undefined, "made after the listing began");
  assert.equal(after.memory.stop?.code, "EssentialContainerExited");
});

test("one that had not been started is made again", () => {
  const found = take(fresh(plainPayload("t1")), {
    type: "listed",
    sandbox: listing([status("app", "created")]),
    before: { sandboxId: undefined, runtimeIds: [] },
  });
  assert.equal(phaseOf(found, "app"), "created");
  const gone = take(found, { type: "gone", runtimeId: "id-app" });
  assert.equal(phaseOf(gone, "app"), "waiting");
});

test("what an earlier run started is adopted", () => {
  const found = take(fresh(plainPayload("t1")), {
    type: "listed",
    sandbox: listing([status("app", "running")]),
    before: { sandboxId: undefined, runtimeIds: [] },
  });
  assert.deepEqual(next(found), []);
  const { status: reported, startedAt } = reportOf(found, times, start)!;
  assert.deepEqual({ reported, startedAt }, { reported: "RUNNING", startedAt: start });
});

test("a sandbox that ends under running containers ends the task", () => {
  const task = running(plainPayload("t1"));
  const before = { sandboxId: "s1", runtimeIds: ["id-app"] };
  const sandbox = listing([status("app", "running")], { running: false });
  const after = take(task, { type: "listed", sandbox, before });
  assert.equal(after.memory.stop?.reason, "Essential container in task exited");
  assert.deepEqual(next(after), ["signal app"]);
});

test("a listing does not take back the health that has been seen since it began", () => {
  const healthCheck: ContainerPayload["healthCheck"] = { command: ["CMD"], interval: 1, timeout: 1, retries: 1 };
  const task = running(plainPayload("t1", { containers: [container("app", { healthCheck })] }));
  const before = { sandboxId: "s1", runtimeIds: ["id-app"] };
  const listed = (health: ContainerStatus["health"]) =>
    ({ type: "listed", sandbox: listing([status("app", "running", { health })]), before }) as const;
  const first = take(task, listed("starting"));
  assert.equal(memoryOf(first, "app").health?.status, "UNKNOWN");
  const healthy = seen(first, "app", "running", { health: "healthy" });
  assert.equal(memoryOf(take(healthy, listed("starting")), "app").health?.status, "HEALTHY");
});

test("a container that has ended keeps the health that it had", () => {
  const healthCheck: ContainerPayload["healthCheck"] = { command: ["CMD"], interval: 1, timeout: 1, retries: 1 };
  const task = running(plainPayload("t1", { containers: [container("app", { healthCheck })] }));
  const healthy = seen(task, "app", "running", { health: "healthy" });
  const ended = seen(healthy, "app", "exited", { health: "unhealthy", exitCode: 0 });
  assert.equal(memoryOf(ended, "app").health?.status, "HEALTHY");
});

test("a health check that only the image has is not looked at", () => {
  const task = seen(running(plainPayload("t1")), "app", "running", { health: "unhealthy" });
  assert.equal(task.memory.containers.app?.health, undefined);
});

test("a listing that still has the sandbox before says nothing of the one that the task has been given since", () => {
  const task = running(plainPayload("t1"));
  const before = { sandboxId: "s0", runtimeIds: [] };
  const after = take(task, { type: "listed", sandbox: listing([], { id: "s0", running: false }), before });
  assert.deepEqual([after.live.sandbox, next(after)], [task.live.sandbox, next(task)]);
});
