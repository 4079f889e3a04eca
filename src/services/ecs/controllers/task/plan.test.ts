import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskRecord, TaskStatus } from "../../model/task.ts";
import { taskTransitions } from "../../states.ts";
import { aTask } from "../../testing.ts";
import { planTask, stepAfterReport } from "./plan.ts";

const now = 1_000_000;
const pending = { status: "PENDING", sequence: 1 } as const;
const running = { status: "RUNNING", sequence: 2 } as const;
const stopped = { status: "STOPPED", sequence: 3 } as const;
const wanted = { desiredStatus: "STOPPED" } as const;
const exited = { ...wanted, stopCode: "EssentialContainerExited", startedAt: 7 } as const;

const cases: readonly [string, TaskStatus, Partial<TaskRecord>, TaskStatus | "waits"][] = [
  ["nothing reported yet", "PENDING", {}, "waits"],
  ["taken over by the agent", "PENDING", { agent: pending }, "waits"],
  ["containers have started", "PENDING", { agent: running, startedAt: 7 }, "ACTIVATING"],
  ["stopped before it started", "PENDING", wanted, "STOPPING"],
  ["failed to start", "PENDING", { agent: stopped, ...wanted }, "STOPPING"],
  ["ran and ended before anybody looked", "PENDING", { agent: stopped, ...exited }, "ACTIVATING"],
  ["activated", "ACTIVATING", { agent: running, startedAt: 7 }, "RUNNING"],
  ["a quick process passes RUNNING", "ACTIVATING", { agent: stopped, ...exited }, "RUNNING"],
  ["stopped by the user while activating", "ACTIVATING", { agent: running, startedAt: 7, ...wanted }, "DEACTIVATING"],
  ["runs", "RUNNING", { agent: running, startedAt: 7 }, "waits"],
  ["stopped by the user", "RUNNING", { agent: running, startedAt: 7, ...wanted }, "DEACTIVATING"],
  ["its essential container exits", "RUNNING", { agent: running, ...exited }, "DEACTIVATING"],
  ["its agent reports the end without a reason", "RUNNING", { agent: stopped, startedAt: 7 }, "DEACTIVATING"],
  ["out of traffic", "DEACTIVATING", { agent: running, ...wanted }, "STOPPING"],
  ["the agent is stopping it", "STOPPING", { agent: running, hostId: "host", ...wanted }, "waits"],
  ["the agent has stopped it", "STOPPING", { agent: stopped, hostId: "host", ...wanted }, "DEPROVISIONING"],
  ["the last step", "DEPROVISIONING", { agent: stopped, ...wanted }, "STOPPED"],
  ["an end is an end", "STOPPED", wanted, "waits"],
];

for (const [name, lastStatus, fields, expected] of cases) {
  test(`${lastStatus}, ${name}: ${expected}`, () => {
    const plan = planTask(aTask({ lastStatus, ...fields }), now);
    assert.equal("next" in plan ? plan.next.lastStatus : "waits", expected);
    if ("next" in plan) assert.equal(plan.next.version, 2);
  });
}

for (const [name, lastStatus, fields, expected] of cases) {
  const needsMore = lastStatus === "DEACTIVATING" || lastStatus === "DEPROVISIONING";
  const follows = needsMore || expected === "waits" ? lastStatus : expected;
  test(`a report to a task in ${lastStatus}, ${name}: ${follows} in the same version`, () => {
    const { lastStatus: next, version } = stepAfterReport(aTask({ lastStatus, ...fields }), now);
    assert.deepEqual([next, version], [follows, 1]);
  });
}

test("the end sets what DescribeTasks shows of it", () => {
  const plan = planTask(aTask({ lastStatus: "DEPROVISIONING", ...wanted, networkInterface: {} as never }), now);
  assert.ok("next" in plan);
  assert.equal(plan.releaseInterface, true);
  assert.equal(plan.next.stoppedAt, now);
  assert.deepEqual(
    plan.next.containers.map((container) => container.lastStatus),
    ["STOPPED"],
  );
});

test("every plan is a legal transition of ecs.task, and each state is left by one component", () => {
  const owners = new Map<string, string>();
  for (const [component, transitions] of Object.entries(taskTransitions)) {
    for (const [from] of transitions) {
      assert.equal(owners.get(from) ?? component, component, `${from} is left by two components`);
      owners.set(from, component);
    }
  }
  const legal: readonly (readonly [string, string])[] = taskTransitions["ecs.task"];
  for (const [, lastStatus, fields, expected] of cases) {
    if (expected === "waits") continue;
    assert.ok(
      legal.some(([from, to]) => from === lastStatus && to === expected),
      `${lastStatus} -> ${expected}`,
    );
    void fields;
  }
});

test("a task is not stopped before it is out of Cloud Map and drained by load balancers", () => {
  const task = aTask({ lastStatus: "DEACTIVATING", agent: running, ...wanted });
  const wait = (waitingFor: string) => ({ waitingFor });
  assert.deepEqual(planTask(task, now, { isRegistered: true }), wait("its deregistration from Cloud Map"));
  assert.deepEqual(planTask(task, now, { isTarget: true }), wait("its deregistration from load balancers"));
  assert.deepEqual(planTask(task, now, { drains: true }), wait("load balancers to drain it"));
  assert.ok("next" in planTask(task, now, {}));
  const sentTo = { sentToUntil: now + 1 };
  assert.deepEqual(planTask(task, now, sentTo), {
    ...wait("the proxies of Service Connect to send elsewhere"),
    lookAgainAt: now + 1,
  });
  assert.ok("next" in planTask(task, now + 1, sentTo));
  const gone = aTask({ ...task, agent: { status: "STOPPED", sequence: 9 } });
  assert.ok("next" in planTask(gone, now, { drains: true, ...sentTo }));
  assert.ok("waitingFor" in planTask(gone, now, { drains: true, isTarget: true }));
});

test("every state can be reached", () => {
  const edges = Object.values(taskTransitions).flat() as (readonly [string, string])[];
  const reached = new Set(["PROVISIONING"]);
  for (const _ of edges) for (const [from, to] of edges) if (reached.has(from)) reached.add(to);
  const states = new Set(edges.flat());
  assert.deepEqual(
    [...states].filter((state) => !reached.has(state)),
    [],
  );
});
