import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { containerSpec, EventLog, rejectsWith, sandboxSpec } from "../../../../test/contracts/runtime/fixture.ts";
import { ensureBusybox, busyboxReference as image } from "../../../../test/images/busybox.ts";
import { until } from "../../../../test/support/until.ts";
import { parseAddress } from "./address.ts";
import { createEngineClient } from "./client.ts";
import { missingEnginePackages, startDockerd } from "./dockerd.ts";
import { createDockerDriver } from "./driver.ts";

/** An engine of the test's own, which it may stop and start. */

const clock = systemClock({ keepAlive: true });

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return "only root can start an engine";
  const missing = missingEnginePackages(process.env);
  return missing.length > 0 && `packages are missing: ${missing.join(" ")}`;
}

test("an engine that goes away and comes back is survived", { skip: whyNot() }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "estiva-engine-"));
  const socket = join(folder, "docker.sock");
  // With no bridge (`none`) a second engine would remove docker0, which belongs to the machine's own.
  const bridge = `estb${randomBytes(4).toString("hex")}`;
  execFileSync("ip", ["link", "add", bridge, "type", "bridge"]);
  execFileSync("ip", ["addr", "add", "10.255.254.1/24", "dev", bridge]);
  const start = () =>
    startDockerd({
      env: process.env,
      clock,
      socket,
      logFile: join(folder, "dockerd.log"),
      arguments: [
        ...["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec")],
        ...["--pidfile", join(folder, "dockerd.pid"), "--bridge", bridge, "--iptables=false", "--ip-forward=false"],
      ],
    });
  let { pid } = await start();
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

    await stop(pid);
    await events.until(({ type }) => type === "unavailable");
    const error = await rejectsWith(driver.listSandboxes(), "Unavailable");
    assert.equal(error.retryable, true);

    events.seen.length = 0;
    ({ pid } = await start());
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
    await stop(pid);
    execFileSync("ip", ["link", "del", bridge]);
    await rm(folder, { recursive: true, force: true });
  }
});

async function untilRunning(socket: string, count: number): Promise<void> {
  const client = createEngineClient(parseAddress(socket), clock);
  const look = (): Promise<{ Names: string[] }[]> => client.call("GET", "/containers/json");
  const done = until(`${count} containers`, look, (containers) => containers.length === count);
  await done.finally(() => client.close());
}

/** Ends the process and waits until it is gone. */
async function stop(pid: number): Promise<void> {
  process.kill(pid, "SIGTERM");
  await until("the end of the engine", () => !existsSync(`/proc/${pid}/stat`));
}
