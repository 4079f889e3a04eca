import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { containerSpec, EventLog, rejectsWith, sandboxSpec } from "../../../../test/contracts/runtime/fixture.ts";
import { ensureBusybox, busyboxReference as image } from "../../../../test/images/busybox.ts";
import { PrivateEngine, whyNoPrivateEngine } from "../../../../test/support/private-engine.ts";
import { until } from "../../../../test/support/until.ts";
import { parseAddress } from "./address.ts";
import { createEngineClient } from "./client.ts";
import { createDockerDriver } from "./driver.ts";

/** An engine of the test's own, which it may stop and start. */

const clock = systemClock({ keepAlive: true });

test("an engine that goes away and comes back is survived", { skip: whyNoPrivateEngine() ?? false }, async () => {
  const engine = new PrivateEngine();
  await engine.start();
  const socket = engine.url;
  const driver = createDockerDriver({ owner: "restart", socket, clock, log: () => {} });
  try {
    await ensureBusybox(driver);
    const events = new EventLog(driver);
    await events.until(({ type }) => type === "resync");
    const sandbox = await driver.createSandbox(sandboxSpec("one"));
    const spec = containerSpec({ image, command: ["sleep", "1000000"] }, { stopSignal: "SIGKILL" });
    const id = await driver.createContainer(sandbox.id, spec);
    await driver.startContainer(id);
    driver.prepareSandboxes(1);
    await untilRunning(socket, 3);

    await engine.stop();
    await events.until(({ type }) => type === "unavailable");
    const error = await rejectsWith(driver.listSandboxes(), "Unavailable");
    assert.equal(error.retryable, true);

    events.seen.length = 0;
    await engine.start();
    await events.until(({ type }) => type === "resync");
    const [status, ...others] = await driver.listSandboxes();
    assert.deepEqual(others, []);
    assert.deepEqual({ name: status?.name, running: status?.running }, { name: "one", running: false });
    assert.equal((await driver.inspectContainer(id)).state, "exited");
    await untilRunning(socket, 1); // the stock is filled again

    const again = await driver.createSandbox(sandboxSpec("one"));
    assert.equal(again.id, sandbox.id);
    assert.ok(again.pid > 0);
    events.close();
    await driver.removeSandbox(sandbox.id);
    driver.prepareSandboxes(0);
    await untilRunning(socket, 0);
  } finally {
    await driver.close();
    await engine.remove();
  }
});

async function untilRunning(socket: string, count: number): Promise<void> {
  const client = createEngineClient(parseAddress(socket), clock);
  const look = (): Promise<{ Names: string[] }[]> => client.call("GET", "/containers/json");
  const done = until(`${count} containers`, look, (containers) => containers.length === count);
  await done.finally(() => client.close());
}
