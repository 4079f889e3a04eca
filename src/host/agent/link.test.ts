import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import { container, payload } from "./testing/payloads.ts";
import { nothing, World } from "./testing/world.ts";

test("messages that are lost, late and doubled do no harm", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const world = new World({ seed });
    world.controlPlane.faults = { lose: 0.4, double: 0.4, longestDelayMs: 4_000 };
    const tasks = ["a", "b", "c"].map((id) =>
      payload(`${id}1`, { containers: [container("app", { image: "fake/run-forever?lines=1" })] }),
    );
    await world.start();
    for (const task of tasks) world.controlPlane.want(task);
    await world.run(120_000);
    for (const task of tasks) {
      assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "RUNNING", `seed ${seed}`);
    }
    assert.equal(world.host.containers.size, 3, `seed ${seed}`);
    for (const task of tasks) world.controlPlane.stop(task.taskArn);
    await world.run(200_000);
    for (const task of tasks) {
      assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "STOPPED", `seed ${seed}`);
    }
    assert.deepEqual(world.leftovers(), nothing, `seed ${seed}`);
    assert.equal(world.host.calls.get("startContainer"), 3, `seed ${seed}`);
  }
});

test("every message is acknowledged, those too that come before the session is open", async () => {
  const world = new World();
  world.controlPlane.want(payload("a1"));
  await world.start();
  await world.run(1_000);
  world.controlPlane.heartbeat();
  assert.deepEqual(
    world.controlPlane.acks.map((id) => id.split("-")[0]),
    ["network", "payload", "heartbeat"],
  );
});

test("a session that ends is opened again; one that falls silent too", async () => {
  const world = new World();
  await world.start();
  await world.run(1_000);
  world.controlPlane.breakSession("maintenance");
  await world.run(5_000);
  assert.equal(world.controlPlane.registrations, 2);
  world.controlPlane.heartbeat();
  await world.run(119_000);
  assert.equal(world.controlPlane.registrations, 2);
  await world.run(10_000);
  assert.equal(world.controlPlane.registrations, 3);
});

test("a session that could not be opened is not missed later", async () => {
  const world = new World();
  const { controlPlane } = world;
  const connect = controlPlane.connect.bind(controlPlane);
  controlPlane.connect = () => {
    controlPlane.connect = connect;
    throw new DriverError("Unavailable", "The control plane is down.");
  };
  await world.start();
  for (let i = 0; i < 20; i++) {
    await world.run(10_000);
    controlPlane.heartbeat();
  }
  assert.equal(controlPlane.registrations, 2);
});

test("a control plane that is down is tried again with growing delay, and hears the end that it missed", async () => {
  const world = new World();
  const task = payload("a1", { containers: [container("app", { image: "fake/exit?code=2&after=30s" })] });
  await world.start();
  world.controlPlane.want(task);
  await world.run(5_000);
  world.controlPlane.down = true;
  world.controlPlane.breakSession("crash");
  await world.run(3_600_000);
  assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "RUNNING");
  assert.deepEqual(world.leftovers().sandboxes, ["a1"], "kept until the report is accepted");
  world.controlPlane.down = false;
  await world.run(60_000);
  assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "STOPPED");
  assert.deepEqual(world.leftovers(), nothing);
});

test("a message about a task that is over does not run it again", async () => {
  const world = new World();
  const task = payload("a1", { containers: [container("app", { image: "fake/exit?after=1s" })] });
  await world.start();
  world.controlPlane.want(task);
  await world.run(60_000);
  assert.deepEqual(world.leftovers(), nothing);
  world.controlPlane.deliver([{ ...task, seqNum: 1 }], false, 2);
  await world.run(10_000);
  assert.equal(world.host.calls.get("startContainer"), 1);
  // A higher number: the report was lost on the other side. It is told again, and the task still not run.
  world.controlPlane.reports.clear();
  world.controlPlane.deliver([{ ...task, seqNum: 5 }], false, 3);
  await world.run(60_000);
  assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "STOPPED");
  assert.equal(world.host.calls.get("startContainer"), 1);
  assert.deepEqual(world.leftovers(), nothing);
});

test("a complete message that is older than a task does not remove it", async () => {
  const world = new World();
  const task = payload("a1");
  await world.start();
  world.controlPlane.want(payload("b1"));
  world.controlPlane.want(task);
  await world.run(5_000);
  world.controlPlane.deliver([], true, 2);
  await world.run(5_000);
  assert.equal(world.host.container("a1", "app")?.state, "running");
});

test("a task that a complete message does not name is removed at once", async () => {
  const world = new World();
  const task = payload("a1", { containers: [container("app", { image: "fake/run-forever?stop=never" })] });
  await world.start();
  world.controlPlane.want(task);
  await world.run(5_000);
  world.controlPlane.drop(task.taskArn);
  await world.run(1_000);
  assert.deepEqual(world.leftovers(), nothing);
  assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "RUNNING", "nothing is reported of it");
});

test("a task that is asked to stop while it is being started stops", async () => {
  for (let ms = 0; ms < 120; ms += 3) {
    const world = new World({ seed: ms + 1 });
    const task = payload("a1", { containers: [container("app"), container("other")] });
    await world.start();
    world.controlPlane.want(task);
    await world.run(ms);
    world.controlPlane.stop(task.taskArn);
    await world.run(60_000);
    assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "STOPPED", `stopped after ${ms} ms`);
    assert.deepEqual(world.leftovers(), nothing, `stopped after ${ms} ms`);
  }
});

test("an engine that goes away stops no task, and what died with it is reported with its exit code", async () => {
  for (const containersSurvived of [true, false]) {
    const world = new World();
    const task = payload("a1");
    await world.start();
    world.controlPlane.want(task);
    await world.run(5_000);
    world.host.engineDown("dockerd ended");
    world.controlPlane.want(payload("b1"));
    await world.run(600_000);
    assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "RUNNING");
    world.host.engineUp({ containersSurvived });
    await world.run(20_000);
    const report = world.controlPlane.reports.get(task.taskArn)!;
    assert.equal(report.status, containersSurvived ? "RUNNING" : "STOPPED");
    assert.equal(report.containers[0]?.exitCode, containersSurvived ? undefined : 137);
    assert.equal(world.controlPlane.reports.get(payload("b1").taskArn)?.status, "RUNNING", "the waiting task starts");
  }
});

test("driver calls that fail now and then delay a task, and leak nothing", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const world = new World({ seed });
    let left = 12;
    world.inject = ({ method }) => {
      if (left === 0 || method === "info" || world.random.float() < 0.6) return undefined;
      left--;
      const fail = world.random.float() < 0.5 ? "before" : "after";
      return { error: new DriverError("Unavailable", "try again", { retryable: true }), fail };
    };
    const task = payload("a1", { volumes: [{ name: "data" }], containers: [container("app"), container("other")] });
    await world.start();
    world.controlPlane.want(task);
    await world.run(120_000);
    assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "RUNNING", `seed ${seed}`);
    left = 12;
    world.controlPlane.stop(task.taskArn);
    await world.run(400_000);
    assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "STOPPED", `seed ${seed}`);
    assert.deepEqual(world.leftovers(), nothing, `seed ${seed}`);
  }
});

test("an interface is plugged in once the network knows it, and the network is applied until it succeeds", async () => {
  const world = new World();
  world.networkFailures.push(
    new DriverError("Failed", "nft: busy", { retryable: true }),
    new DriverError("Failed", "nft: busy", { retryable: true }),
  );
  const task = payload("a1");
  await world.start();
  world.controlPlane.want(task);
  await world.run(100);
  assert.deepEqual(world.agent!.waiting(), [
    { taskArn: task.taskArn, waitingFor: "the network of this host does not know eni-a1 yet" },
  ]);
  await world.run(5_000);
  assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "RUNNING");
  assert.deepEqual(world.agent!.waiting(), []);
});

test("in a new session messages are numbered anew", async () => {
  const world = new World();
  const task = payload("a1");
  await world.start();
  for (let i = 0; i < 5; i++) world.controlPlane.want(task);
  await world.run(5_000);
  world.controlPlane.wanted.clear();
  world.controlPlane.breakSession("the control plane was started again");
  await world.run(5_000);
  assert.deepEqual(world.leftovers(), nothing);
  world.controlPlane.want(payload("b1"));
  await world.run(5_000);
  assert.equal(world.controlPlane.reports.get(payload("b1").taskArn)?.status, "RUNNING", "its network is taken over");
});

test("a task that is named although it was reported STOPPED is reported again", async () => {
  const world = new World({ agent: { options: { cleanupWaitSeconds: 3_600 } } });
  const task = payload("a1", { containers: [container("app", { image: "fake/exit?after=1s" })] });
  await world.start();
  world.controlPlane.want(task);
  await world.run(10_000);
  assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "STOPPED");
  world.controlPlane.reports.clear();
  world.controlPlane.wanted.set(task.taskArn, task);
  world.controlPlane.breakSession("restored from a backup");
  await world.run(10_000);
  assert.equal(world.controlPlane.reports.get(task.taskArn)?.status, "STOPPED");
});

test("what an engine made although it said that it could not is removed", async () => {
  const world = new World();
  world.inject = ({ method }) =>
    method === "createSandbox" ? { error: new DriverError("Failed", "odd"), fail: "after" } : undefined;
  const task = payload("a1");
  await world.start();
  world.controlPlane.want(task);
  await world.run(30_000);
  assert.equal(
    world.controlPlane.reports.get(task.taskArn)?.reason,
    "ResourceInitializationError: failed to create the task's sandbox: odd",
  );
  assert.deepEqual(world.leftovers(), nothing);
});
