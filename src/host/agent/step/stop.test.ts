import assert from "node:assert/strict";
import { test } from "node:test";
import { container, payload, plainPayload } from "../testing/payloads.ts";
import {
  done,
  failed,
  fresh,
  listing,
  next,
  nextAction,
  relisted,
  running,
  sandbox,
  seen,
  settled,
  start,
  status,
  take,
  times,
} from "../testing/tasks.ts";
import { reportOf } from "./report.ts";
import { memoryOf, recallTask, type Task } from "./state.ts";
import { step } from "./step.ts";

function stopped(task: Task, now = start): Task {
  const payload = { ...task.payload, seqNum: task.payload.seqNum + 1, desiredStatus: "STOPPED" as const };
  return take(task, { type: "payload", payload }, now);
}

test("a restarted agent leads a task that is stopping to the platform, which it may need to the end", () => {
  const attach = { type: "attach", sandbox: { ...sandbox, running: true } } as const;
  for (const networkMode of ["bridge", "host"] as const) {
    const before = done(stopped(running(plainPayload("t1", { networkMode }))), "signal app");
    const recalled = recallTask(before.payload, before.memory);
    const known = { sandboxId: undefined, runtimeIds: [] };
    const task = take(recalled, { type: "listed", sandbox: listing([status("app", "running")]), before: known });
    assert.deepEqual(nextAction(task, "attach"), attach);
    const again = failed(task, "attach", { code: "Failed" });
    assert.deepEqual([next(again), next(again, start + 1_000)], [[], ["attach"]], "not at once");
    assert.deepEqual(next(done(task, "attach")), []);
    assert.deepEqual(next(seen(task, "app", "exited")), [], "what has ended needs nothing");
  }
});

test("stop signal, stopTimeout, SIGKILL, and again when that shows no effect", () => {
  let task = stopped(running(plainPayload("t1", { containers: [container("app", { stopTimeout: 5 })] })));
  const first = nextAction(task, "signal app");
  assert.deepEqual(first, { type: "signal", container: "app", runtimeId: "id-app", signal: "SIGTERM" });
  task = done(task, "signal app");
  assert.deepEqual(step(task, times, start), {
    actions: [],
    wakeAt: start + 5_000,
    waitingFor: "container app has been told to stop",
  });
  assert.deepEqual(next(task, start + 4_999), []);
  task = done(task, "signal kill app", start + 5_000);
  assert.deepEqual(next(task, start + 14_999), []);
  assert.deepEqual(next(task, start + 15_000), ["signal kill app"]);
});

test("stopTimeout is 30 s by default", () => {
  const task = done(stopped(running(plainPayload("t1"))), "signal app");
  assert.equal(step(task, times, start).wakeAt, start + 30_000);
});

test("the image's STOPSIGNAL is used", () => {
  const image = { id: "i", digest: undefined, stopSignal: "SIGQUIT" };
  const task = running(plainPayload("t1"));
  const memory = { ...task.memory, containers: { app: { ...memoryOf(task, "app"), image } } };
  const signalled = nextAction(stopped({ ...task, memory }), "signal app");
  assert.equal(signalled.type === "signal" && signalled.signal, "SIGQUIT");
});

test("a container stops after those that need it", () => {
  const dependsOn = [{ containerName: "db", condition: "START" as const }];
  const containers = [container("db"), container("app", { dependsOn }), container("alone")];
  let task = stopped(running(plainPayload("t1", { containers })));
  assert.deepEqual(next(task), ["signal app", "signal alone"]);
  task = seen(done(task, "signal app"), "app", "exited", { exitCode: 143 });
  assert.deepEqual(next(task), ["signal db", "signal alone"]);
});

test("what was not started never is; its start under way is awaited and then undone", () => {
  let task = fresh(plainPayload("t1"));
  for (const key of ["pull app", "createSandbox", "createContainer app"]) task = done(task, key);
  const action = nextAction(task, "startContainer app");
  const begun = stopped(take(task, { type: "begun", actions: [action] }));
  assert.deepEqual(next(begun), []);
  assert.equal(memoryOf(begun, "app").ended, undefined);
  const started = take(begun, { type: "done", action, result: { type: "none" } });
  assert.deepEqual(next(started), ["signal app"]);
  assert.deepEqual(memoryOf(stopped(task), "app").ended, { at: start });
});

test("one whose start was given up, and that runs nevertheless, is stopped too", () => {
  let task = fresh(plainPayload("t1"));
  for (const key of ["pull app", "createSandbox", "createContainer app"]) task = done(task, key);
  const action = nextAction(task, "startContainer app");
  task = take(task, { type: "begun", actions: [action] });
  const error = {
    code: "Timeout",
    message: "Could not transition to started; timed out after waiting 3m0s",
    retryable: false,
  };
  task = take(task, { type: "failed", action, error, jitter: 0 });
  assert.equal(task.memory.stop, undefined, "the engine is asked first");
  task = relisted(task, listing([status("app", "created")]));
  assert.deepEqual(task.memory.stop, { code: "TaskFailedToStart", reason: "Task failed to start" });
  assert.equal(
    memoryOf(task, "app").ended?.reason,
    "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s",
  );
  task = seen(task, "app", "running");
  assert.deepEqual(next(task), ["signal app"]);
  assert.equal(reportOf(task, times, start)?.status, "PENDING");
  task = seen(task, "app", "exited", { exitCode: 143 });
  assert.equal(reportOf(task, times, start)?.status, "STOPPED");
  assert.equal(memoryOf(task, "app").ended?.exitCode, 143);
});

test("one that runs although the engine said that it could not be started is taken as it is", () => {
  let task = fresh(plainPayload("t1"));
  for (const key of ["pull app", "createSandbox", "createContainer app"]) task = done(task, key);
  task = failed(task, "startContainer app", { code: "Failed" });
  assert.equal(reportOf(task, times, start), undefined, "nobody is told before the engine has been asked");
  const early = { sandboxId: "s1", runtimeIds: ["id-app"] };
  task = take(task, { type: "listed", sandbox: listing([status("app", "created")]), before: early });
  assert.equal(task.live.listed, false, "that listing had begun before");
  task = relisted(task, listing([status("app", "running")]));
  assert.equal(reportOf(task, times, start)?.status, "RUNNING");
  assert.deepEqual(next(task), []);
});

test("one that was given up, of which the task does without, is stopped when it runs after all", () => {
  const containers = [container("app"), container("side", { essential: false })];
  let task = fresh(plainPayload("t1", { containers }));
  for (const key of ["pull app", "pull side", "createSandbox", "createContainer app", "createContainer side"]) {
    task = done(task, key);
  }
  task = failed(done(task, "startContainer app"), "startContainer side", { code: "Timeout" });
  task = relisted(task, listing([status("app", "running"), status("side", "created")]));
  assert.equal(reportOf(task, times, start)?.status, "RUNNING");
  assert.deepEqual(next(seen(task, "side", "running")), ["signal side"]);
});

test("after the end: logs, interface, report, a while, and then everything goes", () => {
  const logConfiguration = { logDriver: "awslogs", options: {} };
  const containers = [container("app", { logConfiguration })];
  let task = running(payload("t1", { containers, volumes: [{ name: "data" }] }));
  const end = start + 1_000;
  task = seen(task, "app", "exited", { exitCode: 1 });
  assert.deepEqual(next(task, end), ["drainLogs app"]);
  assert.equal(reportOf(task, times, end)?.status, "RUNNING");
  task = done(task, "drainLogs app", end);
  assert.deepEqual(next(task, end), ["detach"]);
  assert.equal(reportOf(task, times, end)?.status, "RUNNING", "the interface is not free yet");
  task = done(task, "detach", end);
  assert.equal(reportOf(task, times, end)?.status, "STOPPED");
  assert.deepEqual(next(task, end + 60_000), [], "kept until the report is accepted");
  task = take(task, { type: "stopAccepted" }, end);
  assert.equal(step(task, times, end).wakeAt, end + 3_000);
  const later = end + 3_000;
  for (const key of ["removeSandbox", "removeVolumes", "forget"]) {
    assert.deepEqual(next(task, later), [key]);
    task = done(task, key, later);
  }
  assert.deepEqual(next(task, later), []);
  assert.equal(reportOf(task, times, later), undefined);
});

test("ports of the host are given back before the task is told to have stopped", () => {
  const ports = [{ containerPort: 80, hostPort: 8080, protocol: "tcp" as const }];
  const on = { networkMode: "bridge" as const, containers: [container("app", { portMappings: ports })] };
  let task = seen(stopped(running(plainPayload("t1", on))), "app", "exited");
  assert.deepEqual(next(task), ["stopSandbox"]);
  assert.equal(reportOf(task, times, start)?.status, "RUNNING");
  task = done(task, "stopSandbox");
  assert.deepEqual(next(task), []);
  assert.equal(reportOf(task, times, start)?.status, "STOPPED");

  const action = nextAction(fresh(plainPayload("t1", on)), "createSandbox");
  let early = stopped(take(fresh(plainPayload("t1", on)), { type: "begun", actions: [action] }));
  assert.equal(reportOf(early, times, start)?.status, "PENDING", "it may be about to have them");
  early = take(early, { type: "done", action, result: { type: "createSandbox", sandbox } });
  assert.deepEqual(next(early), ["stopSandbox"]);
});

test("what nobody wants goes at once, whatever it is doing", () => {
  let task = take(running(payload("t1")), { type: "unwanted" });
  assert.equal(reportOf(task, times, start), undefined);
  for (const key of ["detach", "removeSandbox", "removeVolumes", "forget"]) {
    assert.deepEqual(next(task), [key]);
    task = done(task, key);
  }
});

test("what nobody wants is removed after what is being made of it", () => {
  const task = fresh(plainPayload("t1"));
  const action = nextAction(task, "createSandbox");
  const unwanted = take(take(task, { type: "begun", actions: [action] }), { type: "unwanted" });
  assert.deepEqual(step(unwanted, times, start), { actions: [], waitingFor: "createSandbox is under way" });
});

test("a stopped task does not start again, whatever a later message says", () => {
  const task = stopped(running(plainPayload("t1")));
  const again = take(task, { type: "payload", payload: { ...task.payload, seqNum: 9, desiredStatus: "RUNNING" } });
  assert.equal(again.payload.desiredStatus, "STOPPED");
  const late = take(task, { type: "payload", payload: { ...task.payload, seqNum: 1, desiredStatus: "RUNNING" } });
  assert.equal(late, task);
  assert.deepEqual(next(settled(again)), []);
});

test("the output of a container that never ran is not waited for", () => {
  const logConfiguration = { logDriver: "awslogs", options: {} };
  let task = fresh(plainPayload("t1", { containers: [container("app", { logConfiguration })] }));
  for (const key of ["pull app", "createSandbox", "prepareLogs app", "createContainer app"]) task = done(task, key);
  task = failed(task, "startContainer app", { code: "Failed" });
  task = relisted(task, listing([status("app", "created")]));
  assert.deepEqual(next(task), []);
  assert.equal(reportOf(task, times, start)?.status, "STOPPED");
});

test("a sandbox that is being made when the task stops is awaited and removed", () => {
  const task = fresh(plainPayload("t1", { volumes: [{ name: "data" }] }));
  const action = nextAction(task, "createSandbox");
  let ended = stopped(take(task, { type: "begun", actions: [action] }));
  assert.equal(reportOf(ended, times, start)?.status, "STOPPED");
  ended = take(ended, { type: "stopAccepted" });
  assert.deepEqual(step(ended, times, start + 3_000), { actions: [], waitingFor: "createSandbox is under way" });
  ended = take(ended, { type: "done", action, result: { type: "createSandbox", sandbox } });
  assert.deepEqual(next(ended, start + 3_000), ["removeSandbox"]);
});
