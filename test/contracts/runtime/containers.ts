import assert from "node:assert/strict";
import { test } from "node:test";
import type { Given } from "../runtime-driver.ts";
import { containerSpec, EventLog, rejectsWith, sandboxSpec, start } from "./fixture.ts";

export function containerContract({ fixture, driver }: Given): void {
  const { containers } = fixture;

  test("a container is created, runs, and ends with its exit code", async () => {
    const events = new EventLog(driver());
    const sandbox = await driver().createSandbox(sandboxSpec("container-life"));
    const id = await driver().createContainer(sandbox.id, containerSpec(containers.exits));
    const created = await driver().inspectContainer(id);
    assert.deepEqual(
      { state: created.state, name: created.name, sandboxId: created.sandboxId, exitCode: created.exitCode },
      { state: "created", name: "app", sandboxId: sandbox.id, exitCode: undefined },
    );
    assert.equal(created.labels["com.example.task"], "t1");
    await driver().startContainer(id);
    await events.of("exited", id);
    const ended = await driver().inspectContainer(id);
    assert.deepEqual({ state: ended.state, exitCode: ended.exitCode }, { state: "exited", exitCode: 3 });
    assert.ok(ended.startedAt !== undefined && ended.finishedAt !== undefined && ended.startedAt <= ended.finishedAt);
    assert.equal(ended.oomKilled, false);
    events.close();
    await driver().removeSandbox(sandbox.id);
  });

  test("a container that is to run always is started again by the engine, until it is removed", async () => {
    const events = new EventLog(driver());
    const spec = containerSpec(containers.exits, { restart: "always" });
    const { sandboxId, containerId } = await start(driver(), "container-always", spec);
    const starts = () => events.seen.filter((event) => event.type === "started" && event.containerId === containerId);
    await events.until(() => starts().length >= 2);
    await driver().removeSandbox(sandboxId);
    events.close();
  });

  test("creating a container again finds the first one; another under its name is refused", async () => {
    const sandbox = await driver().createSandbox(sandboxSpec("container-again"));
    const spec = containerSpec(containers.runsForever);
    const id = await driver().createContainer(sandbox.id, spec);
    assert.equal(await driver().createContainer(sandbox.id, spec), id);
    await rejectsWith(driver().createContainer(sandbox.id, { ...spec, environment: ["A=b"] }), "Conflict");
    await driver().startContainer(id);
    await driver().startContainer(id);
    await driver().removeSandbox(sandbox.id);
  });

  test("signals end a container, and one that ignores SIGTERM ends by SIGKILL", async () => {
    const events = new EventLog(driver());
    const spec = containerSpec(containers.ignoresSigterm);
    const { sandboxId, containerId } = await start(driver(), "container-signals", spec);
    await driver().signalContainer(containerId, "SIGTERM");
    assert.equal((await driver().inspectContainer(containerId)).state, "running");
    await driver().signalContainer(containerId, "SIGKILL");
    await events.of("exited", containerId);
    assert.equal((await driver().inspectContainer(containerId)).exitCode, 137);
    await driver().signalContainer(containerId, "SIGTERM");
    events.close();
    await driver().removeSandbox(sandboxId);
  });

  test("a container that cannot start says why and can be removed", async () => {
    const sandbox = await driver().createSandbox(sandboxSpec("container-broken"));
    const id = await driver().createContainer(sandbox.id, containerSpec(containers.cannotStart));
    const error = await rejectsWith(driver().startContainer(id), "Failed");
    assert.match(error.message, /executable file not found/);
    await driver().removeContainer(id);
    await rejectsWith(driver().inspectContainer(id), "NotFound");
    await driver().removeSandbox(sandbox.id);
  });

  test("removing a container kills it; removing it again succeeds", async () => {
    const { sandboxId, containerId } = await start(driver(), "container-gone", containerSpec(containers.runsForever));
    await driver().removeContainer(containerId);
    await driver().removeContainer(containerId);
    await rejectsWith(driver().inspectContainer(containerId), "NotFound");
    assert.deepEqual((await driver().listSandboxes()).find(({ id }) => id === sandboxId)?.containers, []);
    await driver().removeSandbox(sandboxId);
  });

  test("what does not exist is NotFound", async () => {
    const sandbox = await driver().createSandbox(sandboxSpec("container-missing"));
    const unknown = "0".repeat(64);
    const imageless = containerSpec({ image: "estiva-test/never-made:1" });
    await rejectsWith(driver().createContainer(sandbox.id, imageless), "NotFound");
    await rejectsWith(driver().createContainer(unknown, containerSpec(containers.runsForever)), "NotFound");
    await rejectsWith(driver().startContainer(unknown), "NotFound");
    await rejectsWith(driver().signalContainer(unknown, "SIGTERM"), "NotFound");
    await rejectsWith(driver().inspectContainer(unknown), "NotFound");
    await rejectsWith(driver().containerStats(unknown), "NotFound");
    await driver().removeSandbox(sandbox.id);
  });

  test("health is starting, then what the check says", async () => {
    const events = new EventLog(driver());
    const check = (intervalSeconds: number) => {
      const healthCheck = { command: ["CMD", "true"], timeoutSeconds: 60, retries: 1, startPeriodSeconds: 0 };
      return { healthCheck: { ...healthCheck, intervalSeconds } };
    };
    // One whose first check nobody lives to see.
    const unchecked = await start(driver(), "container-starting", containerSpec(containers.runsForever, check(3600)));
    assert.equal((await driver().inspectContainer(unchecked.containerId)).health, "starting");
    await driver().removeSandbox(unchecked.sandboxId);
    const spec = containerSpec(containers.becomesHealthy, check(1));
    const { sandboxId, containerId } = await start(driver(), "container-health", spec);
    await events.of("health", containerId);
    assert.equal((await driver().inspectContainer(containerId)).health, "healthy");
    events.close();
    await driver().removeSandbox(sandboxId);
  });

  test("statistics have the shape of Docker's", async () => {
    const { sandboxId, containerId } = await start(driver(), "container-stats", containerSpec(containers.runsForever));
    const stats = await driver().containerStats(containerId);
    assert.ok("cpu_stats" in stats && "memory_stats" in stats && typeof stats.read === "string");
    await driver().removeSandbox(sandboxId);
  });

  test("the usage of many containers is read at once, without those that have ended", async () => {
    const running = await start(driver(), "container-usage", containerSpec(containers.runsForever));
    const status = await driver().inspectContainer(running.containerId);
    const unknown = { id: "0".repeat(64), pid: 0 };
    const usage = await driver().readUsage([status, unknown]);
    assert.deepEqual([...usage.keys()], [running.containerId]);
    const { cpuNanos, memoryBytes } = usage.get(running.containerId)!;
    assert.ok(cpuNanos >= 0 && memoryBytes > 0, `${cpuNanos} ns, ${memoryBytes} bytes`);
    await driver().removeSandbox(running.sandboxId);
  });
}
