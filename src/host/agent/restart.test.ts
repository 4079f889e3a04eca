import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import { DriverError } from "#kernel/fault.ts";
import { container, payload } from "./testing/payloads.ts";
import { nothing, World } from "./testing/world.ts";

/** The agent is killed at every boundary there is, and a new one takes over what is on the host. */

const logConfiguration = { logDriver: "awslogs", options: {} };

/** A task with all that can be left half made: a volume, an interface, logs, an order, a slow stop. */
function busyTask(id: string): TaskPayload {
  return payload(id, {
    volumes: [{ name: "data" }],
    containers: [
      container("init", {
        essential: false,
        image: "fake/exit?after=1s",
        mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
      }),
      container("app", {
        image: "fake/exit?code=4&after=6s",
        logConfiguration,
        dependsOn: [{ containerName: "init", condition: "SUCCESS" }],
        mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
      }),
      container("side", { image: "fake/run-forever?stop=1s", volumesFrom: [{ sourceContainer: "init" }] }),
    ],
  });
}

function checkEnd(world: World, task: TaskPayload, where: string): void {
  const report = world.controlPlane.reports.get(task.taskArn);
  const { status, stopCode, reason } = report!;
  assert.deepEqual(
    { status, stopCode, reason, codes: report!.containers.map(({ exitCode }) => exitCode) },
    {
      status: "STOPPED",
      stopCode: "EssentialContainerExited",
      reason: "Essential container in task exited",
      codes: [0, 4, 143],
    },
    where,
  );
  assert.deepEqual(world.leftovers(), nothing, where);
  assert.equal(world.host.containers.size, 0, where);
  const statuses = world.controlPlane.history.map((each) => each.status);
  const order = ["PENDING", "RUNNING", "STOPPED"];
  assert.deepEqual(
    statuses,
    [...statuses].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
    where,
  );
}

/** Runs the task with the agent killed at the given call of the driver, before or after the call did its work. */
async function killedAtCall(nth: number, fail: "before" | "after"): Promise<{ world: World; calls: number }> {
  const world = new World({ seed: nth });
  const task = busyTask("k1");
  let calls = 0;
  world.inject = ({ method }) => {
    if (method === "info") return undefined;
    if (++calls !== nth) return undefined;
    world.clock.after(0, () => world.kill());
    // An engine that was told does it, whether or not anyone is left to hear the answer.
    return fail === "before" ? { error: new DriverError("Unavailable", "killed", { retryable: true }) } : undefined;
  };
  await world.start();
  world.controlPlane.want(task);
  for (let i = 0; i < 100 && world.agent !== undefined; i++) await world.run(500);
  if (world.agent === undefined) {
    await world.run(300);
    await world.start();
  }
  await world.run(90_000);
  checkEnd(world, task, `killed at call ${nth}, ${fail} it was done`);
  return { world, calls };
}

for (const fail of ["before", "after"] as const) {
  test(`killed at every call of the driver, ${fail} it is done`, async () => {
    let most = 1;
    for (let nth = 1; nth <= most; nth++) {
      const { calls } = await killedAtCall(nth, fail);
      if (nth === 1) most = calls + 4;
    }
    assert.ok(most > 20, `${most} calls`);
  });
}

test("killed at every moment", async () => {
  for (let ms = 0; ms < 9_000; ms += 61) {
    const world = new World({ seed: ms + 1 });
    const task = busyTask("m1");
    await world.start();
    world.controlPlane.want(task);
    await world.run(ms);
    world.kill();
    await world.run(50);
    await world.start();
    await world.run(90_000);
    checkEnd(world, task, `killed at ${ms} ms`);
  }
});

test("killed again and again", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const world = new World({ seed });
    const task = busyTask("n1");
    await world.start();
    world.controlPlane.want(task);
    for (let i = 0; i < 30; i++) {
      await world.run(30 + world.random.float() * 600);
      world.kill();
      await world.start();
    }
    await world.run(90_000);
    checkEnd(world, task, `seed ${seed}`);
  }
});

test("running containers are adopted, not touched, and what happened meanwhile is reported", async () => {
  const world = new World();
  const task = payload("d1", { containers: [container("app"), container("other")] });
  await world.start();
  world.controlPlane.want(task);
  await world.run(5_000);
  const before = world.host.container("d1", "app")!.status();
  world.kill();
  await world.run(60_000);
  const calls = new Map(world.host.calls);
  await world.start();
  await world.run(5_000);
  for (const method of ["createSandbox", "createContainer", "startContainer", "signalContainer", "removeSandbox"]) {
    assert.equal(world.host.calls.get(method), calls.get(method), method);
  }
  assert.deepEqual(world.host.container("d1", "app")!.status(), before);
  world.kill();
  world.host.container("d1", "other")!.exit(9);
  await world.run(60_000);
  await world.start();
  await world.run(5_000);
  const report = world.controlPlane.reports.get(task.taskArn)!;
  assert.equal(report.status, "STOPPED");
  assert.deepEqual(
    report.containers.map(({ exitCode }) => exitCode),
    [143, 9],
  );
});

test("without its journal the agent still knows its containers by their labels", async () => {
  const world = new World();
  const task = payload("j1", { containers: [container("app", { image: "fake/exit?code=6&after=60s" })] });
  await world.start();
  world.controlPlane.want(task);
  await world.run(5_000);
  world.kill();
  await world.journal.remove("j1");
  await world.start();
  await world.run(5_000);
  assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "RUNNING");
  assert.equal(world.host.calls.get("startContainer"), 1);
  await world.run(80_000);
  assert.equal(world.controlPlane.reports.get(task.taskArn)?.containers[0]?.exitCode, 6);
  assert.equal(world.controlPlane.stale, 0);
  assert.deepEqual(world.leftovers(), nothing);
});

test("what earlier runs left and nobody knows is removed, once the control plane has named all tasks", async () => {
  const world = new World();
  await world.start();
  world.controlPlane.want(busyTask("x1"));
  await world.run(5_000);
  world.kill();
  await world.journal.remove("x1");
  world.controlPlane.wanted.clear();
  world.controlPlane.down = true;
  await world.start();
  await world.run(5_000);
  assert.deepEqual(world.leftovers().sandboxes, ["x1"], "not before the control plane was heard");
  world.controlPlane.down = false;
  await world.run(60_000);
  assert.deepEqual(world.leftovers(), nothing);
});
