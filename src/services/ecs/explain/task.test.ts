import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TaskContainer, TaskRecord } from "../model/task.ts";
import { aTask } from "../testing.ts";
import { exitCodeWords } from "./exit-codes.ts";
import { explainTask, type TaskView } from "./task.ts";

const now = 1_000_000_000;
const service = { serviceName: "web", deploymentId: "ecs-svc/1", revisionId: "1" };
const [app] = aTask().containers as [TaskContainer];
const container = (fields: Partial<TaskContainer>): TaskContainer => ({ ...app, ...fields });

interface Situation {
  readonly task: Partial<TaskRecord>;
  readonly view?: Partial<TaskView>;
  readonly waits?: readonly RegExp[];
  readonly stopped?: readonly RegExp[];
}

const stopped = { lastStatus: "STOPPED", desiredStatus: "STOPPED" } as const;
const placed = { hostId: "host-1", lastStatus: "PENDING", agent: { status: "PENDING", sequence: 1 } } as const;

const situations: Readonly<Record<string, Situation>> = {
  "PROVISIONING without a host": {
    task: {},
    view: { placementWait: "a host: none has registered" },
    waits: [/^The scheduler waits for a host: none has registered\.$/],
  },
  "PROVISIONING, about to be placed": { task: {}, waits: [/^The scheduler waits for its turn to place it\.$/] },
  "PENDING: the image is pulled": {
    task: placed,
    view: { progress: { doing: ["pulls the image of container app"] } },
    waits: [/^It waits for the agent to pull the images/, /^The agent pulls the image of container app\.$/],
  },
  "PENDING: dependsOn of another that must be healthy": {
    task: placed,
    view: { progress: { doing: [], waitingFor: "container app waits for db to be healthy" } },
    waits: [/^It waits for the agent/, /^The agent: container app waits for db to be healthy\.$/],
  },
  "PENDING: the host's network": {
    task: placed,
    view: { progress: { doing: [], waitingFor: "the network of this host does not know eni-1 yet" } },
    waits: [/^It waits/, /does not know eni-1 yet\.$/],
  },
  "PENDING on a host whose agent is away": {
    task: placed,
    waits: [/^It waits/, /^The agent of host-1 does not have it now, or is not connected\.$/],
  },
  RUNNING: { task: { ...placed, lastStatus: "RUNNING" }, view: { progress: { doing: [] } }, waits: [] },
  "RUNNING before its first health check": {
    task: {
      ...{ ...placed, lastStatus: "RUNNING" },
      containers: [container({ hasHealthCheck: true, lastStatus: "RUNNING", healthStatus: "UNKNOWN" })],
    },
    view: { progress: { doing: [] } },
    waits: [/^Container app has not passed its health check yet\.$/],
  },
  protected: {
    task: { ...placed, lastStatus: "RUNNING", service: { ...service, protectedUntil: now + 60_000 } },
    view: { progress: { doing: [] } },
    waits: [/^It is protected .* until 13:47:40 UTC, in 1 min\.$/],
  },
  "DEACTIVATING, still registered": {
    task: { ...placed, lastStatus: "DEACTIVATING", desiredStatus: "STOPPED", stopCode: "UserInitiated" },
    view: { isRegistered: true, progress: { doing: [] } },
    waits: [/^It waits for its deregistration from Cloud Map\.$/],
    stopped: [/^Somebody called StopTask\.$/],
  },
  "stopped by a user": {
    task: {
      ...{ ...stopped, stopCode: "UserInitiated", stoppedReason: "Task stopped by user" },
      containers: [container({ exitCode: 137 })],
    },
    stopped: [
      /StopTask\. stoppedReason: Task stopped by user\.$/,
      /137: SIGKILL: it did not end within its stopTimeout/,
    ],
  },
  "out of memory": {
    task: {
      ...{ ...stopped, stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited" },
      containers: [
        container({ exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }),
        container({ name: "side", essential: false, exitCode: 143 }),
      ],
    },
    stopped: [
      /^An essential container ended, so the whole task did\. stoppedReason: Essential container in task exited\.$/,
      /^The essential container app ended with exit code 137: SIGKILL from the kernel: .* Its reason: OutOfMemoryError/,
      /^The container side ended with exit code 143: SIGTERM: it was told to stop, and did\.$/,
    ],
  },
  "an image that is not there": {
    task: { ...stopped, stopCode: "TaskFailedToStart", stoppedReason: "CannotPullContainerError: no such image." },
    stopped: [/^It failed before it was RUNNING\. stoppedReason: CannotPullContainerError: no such image\.$/],
  },
  "failed health checks": {
    task: {
      ...{ ...stopped, service, stopCode: "ServiceSchedulerInitiated" },
      stoppedReason: "Task failed container health checks",
      containers: [container({ healthStatus: "UNHEALTHY", healthOutput: "connection refused", exitCode: 0 })],
    },
    stopped: [
      /^The service web replaced it: its health checks failed\./,
      /^Container app was UNHEALTHY\. Its last check wrote: connection refused$/,
      /exit code 0: the program ended by itself/,
    ],
  },
  "a scale-in": {
    task: {
      ...{ ...stopped, service, stopCode: "ServiceSchedulerInitiated" },
      stoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)",
    },
    stopped: [/^The service web had more tasks than it wants/],
  },
  "a newer deployment": {
    task: {
      ...{ ...stopped, service, stopCode: "ServiceSchedulerInitiated" },
      stoppedReason: "Scaling activity initiated by (deployment ecs-svc/2)",
    },
    stopped: [/rolling out another deployment than this task's \(ecs-svc\/1\).*\(deployment ecs-svc\/2\)\.$/],
  },
};

describe("why a task is as it is", () => {
  for (const [title, { task, view = {}, waits = [], stopped: why = [] }] of Object.entries(situations)) {
    test(title, () => {
      const told = explainTask({ now, task: aTask(task), isRegistered: false, ...view });
      assert.equal(told.waitsFor.length, waits.length, JSON.stringify(told.waitsFor));
      for (const [i, pattern] of waits.entries()) assert.match(told.waitsFor[i]!, pattern);
      assert.equal(told.stopped.length, why.length, JSON.stringify(told.stopped));
      for (const [i, pattern] of why.entries()) assert.match(told.stopped[i]!, pattern);
    });
  }

  test("its story is in the order of its times", () => {
    const task = aTask({
      ...{ service, createdAt: 0, hostId: "host-1", availabilityZone: "us-east-1a", startedAt: 9000 },
      placement: { at: 1000, why: "host-1 is the only host." },
      ...{ pullStartedAt: 2000, pullStoppedAt: 8000 },
      containers: [container({ healthStatus: "UNHEALTHY", healthStatusSince: 12_000, healthOutput: "no" })],
    });
    const { story } = explainTask({ now, task, isRegistered: false });
    assert.deepEqual(
      story.map(({ at, words }) => `${at!.slice(17, 19)} ${words}`),
      [
        "00 Made by the service web for its deployment ecs-svc/1, of hello:1.",
        "01 Placed on host-1 in us-east-1a. host-1 is the only host.",
        "02 The agent began to pull its images.",
        "08 All images were there in 6 s.",
        "09 RUNNING: every container had started.",
        "12 Container app became UNHEALTHY. Its last check wrote: no",
      ],
    );
  });
});

const codes: readonly (readonly [number, RegExp | undefined])[] = [
  [0, /ended by itself/],
  [1, undefined],
  [126, /cannot be executed/],
  [127, /was not found/],
  [132, /another architecture/],
  [134, /SIGABRT/],
  [137, /SIGKILL: somebody killed it/],
  [139, /SIGSEGV/],
  [143, /SIGTERM/],
  [255, undefined],
];
for (const [code, words] of codes) {
  test(`exit code ${code}`, () => {
    if (words === undefined) assert.equal(exitCodeWords(code), undefined);
    else assert.match(exitCodeWords(code)!, words);
  });
}
