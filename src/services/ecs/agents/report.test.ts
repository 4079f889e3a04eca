import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskStateChange } from "#kernel/agent-protocol.ts";
import { aTask } from "../testing.ts";
import { applyHealth, applyReport } from "./report.ts";

const report: TaskStateChange = {
  taskArn: aTask().taskArn,
  status: "RUNNING",
  sequence: 2,
  containers: [{ containerName: "app", status: "RUNNING", runtimeId: "abc" }],
  startedAt: 5,
};
const end: TaskStateChange = {
  ...report,
  status: "STOPPED",
  sequence: 3,
  stopCode: "EssentialContainerExited",
  reason: "Essential container in task exited",
  containers: [{ containerName: "app", status: "STOPPED", exitCode: 3 }],
};

test("a report is taken over, without moving lastStatus", () => {
  const task = applyReport(aTask({ lastStatus: "PENDING" }), report);
  assert.equal(task?.lastStatus, "PENDING");
  assert.deepEqual(task?.agent, { status: "RUNNING", sequence: 2 });
  assert.equal(task?.startedAt, 5);
  assert.equal(task?.containers[0]?.runtimeId, "abc");
});

test("a report that came before, or twice, changes nothing", () => {
  const task = aTask({ agent: { status: "RUNNING", sequence: 2 } });
  assert.equal(applyReport(task, report), undefined);
  assert.equal(applyReport(task, { ...report, sequence: 1 }), undefined);
});

test("an end is the last word", () => {
  const ended = aTask({ lastStatus: "STOPPED", agent: { status: "STOPPED", sequence: 3 } });
  assert.equal(applyReport(ended, { ...end, sequence: 4 }), undefined);
});

test("a task that was told to stop before it had started never has", () => {
  assert.equal(applyReport(aTask({ lastStatus: "STOPPING" }), report)?.startedAt, undefined);
});

test("of the times of a task those that were told first hold", () => {
  const task = aTask({ lastStatus: "PENDING", pullStartedAt: 1, pullStoppedAt: 2, executionStoppedAt: 3 });
  const again = applyReport(task, { ...report, pullStartedAt: 4, pullStoppedAt: 5, executionStoppedAt: 6 });
  const { pullStartedAt, pullStoppedAt, executionStoppedAt } = again!;
  assert.deepEqual(
    { pullStartedAt, pullStoppedAt, executionStoppedAt },
    { pullStartedAt: 1, pullStoppedAt: 2, executionStoppedAt: 3 },
  );
});

test("a task that ends by itself is no longer wanted, and says why", () => {
  const task = applyReport(aTask(), end);
  assert.equal(task?.desiredStatus, "STOPPED");
  assert.equal(task?.stopCode, "EssentialContainerExited");
  assert.equal(task?.stoppedReason, "Essential container in task exited");
  assert.equal(task?.containers[0]?.exitCode, 3);
});

test("who stopped it first has the word on why", () => {
  const task = applyReport(
    aTask({ desiredStatus: "STOPPED", stopCode: "UserInitiated", stoppedReason: "Task stopped by user" }),
    end,
  );
  assert.equal(task?.stopCode, "UserInitiated");
  assert.equal(task?.stoppedReason, "Task stopped by user");
});

test("health is told by telemetry, and only a change is written", () => {
  const healthy = {
    taskArn: "",
    containers: [{ containerName: "app", healthStatus: "HEALTHY", statusSince: 1 }],
  } as const;
  const task = applyHealth(aTask(), healthy);
  assert.equal(task?.containers[0]?.healthStatus, "HEALTHY");
  assert.equal(task && applyHealth(task, healthy), undefined);
});

test("health that comes late changes nothing", () => {
  const of = (healthStatus: "HEALTHY" | "UNKNOWN", statusSince: number) => ({
    taskArn: "",
    containers: [{ containerName: "app", healthStatus, statusSince }],
  });
  const task = applyHealth(aTask(), of("HEALTHY", 2))!;
  assert.equal(applyHealth(task, of("UNKNOWN", 1)), undefined);
  assert.equal(applyHealth(task, of("UNKNOWN", 3))?.containers[0]?.healthStatus, "UNKNOWN");
});
