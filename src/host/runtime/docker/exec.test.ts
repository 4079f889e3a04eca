import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { createHelperShell } from "#host/network/helper-shell.ts";
import { systemClock } from "#kernel/clock.ts";
import { containerSpec, start } from "../../../../test/contracts/runtime/fixture.ts";
import { busyboxReference as image } from "../../../../test/images/busybox.ts";
import { type TestDocker, testDocker } from "../../../../test/images/docker.ts";
import { testEngine } from "../../../../test/images/engine.ts";
import { until } from "../../../../test/support/until.ts";
import type { ExecProcess } from "../driver.ts";
import { parseAddress } from "./address.ts";
import { createEngineClient, type EngineClient } from "./client.ts";
import { createDockerDriver } from "./driver.ts";

const engine = await testEngine();

describe("docker: processes in containers", { skip: "skip" in engine && engine.skip }, () => {
  let docker: TestDocker;
  let client: EngineClient;
  before(async () => {
    if (!("socket" in engine)) return;
    docker = await testDocker(engine.socket);
    client = createEngineClient(parseAddress(engine.socket), systemClock({ keepAlive: true }));
  });
  after(async () => {
    client?.close();
    await docker?.close();
  });

  const container = async (name: string) =>
    await start(docker.driver, name, containerSpec({ image, command: ["sleep", "1000000"] }, { init: true }));

  /** The commands of the container's processes but for the first and `ps` itself. */
  async function commands(containerId: string): Promise<string[]> {
    const process = await docker.driver.exec(containerId, { command: ["ps", "-o", "args"], tty: false });
    const lines = (await textOf(process)).trim().split("\n").slice(1);
    return lines.filter((line) => !/^ps |init|^sleep 1000000$|^\{/.test(line)).sort();
  }

  test("with a process end its jobs, but not what is independent of it or somebody else's", async () => {
    const { sandboxId, containerId } = await container("exec-jobs");
    const script = "sleep 101 & sh -c 'trap \"\" HUP; sleep 102; :' & setsid sleep 103 & echo up; wait";
    const process = await docker.driver.exec(containerId, { command: ["sh", "-c", script], tty: true });
    const { Id } = await client.call("POST", `/containers/${containerId}/exec`, { body: { Cmd: ["sleep", "104"] } });
    await client.call("POST", `/exec/${Id}/start`, { body: { Detach: true } });
    await firstOf(process);
    // What has just been killed may be seen for a moment more.
    const untilOnly = (...expected: readonly string[]) =>
      until(
        String(expected),
        () => commands(containerId),
        (found) => isDeepStrictEqual(found, expected),
      );
    // Not by their number: who has forked and not become another program yet is there, too.
    const sleeps = ["sleep 101", "sleep 102", "sleep 103", "sleep 104"];
    await until(
      "all to run",
      () => commands(containerId),
      (found) => sleeps.every((each) => found.includes(each)),
    );
    await process.kill();
    await untilOnly("sleep 103", "sleep 104");
    const later = docker.reopen();
    await later.endLostExecs(containerId);
    await later.close();
    await untilOnly("sleep 103", "sleep 104");
    await docker.driver.removeSandbox(sandboxId);
  });

  test("processes are ended through the helper container, too", async () => {
    const shell = createHelperShell({ owner: docker.owner, client, clock: systemClock() });
    const driver = docker.reopen({ shell });
    const { sandboxId, containerId } = await container("exec-helper");
    const process = await driver.exec(containerId, { command: ["sh", "-c", "sleep 105 & echo up; wait"], tty: true });
    await firstOf(process);
    await process.kill();
    const look = () => commands(containerId);
    await until("all to end", look, (found) => found.length === 0);
    await shell.close();
    await driver.close();
    await docker.driver.removeSandbox(sandboxId);
  });

  test("a terminal has its size, passes every key on, and tells of a new size", async () => {
    const { sandboxId, containerId } = await container("exec-terminal");
    const script = "stty raw -echo; echo up; head -c 4 | od -An -tx1; stty size; read -r _; stty size";
    const size = { columns: 91, rows: 17 };
    const process = await docker.driver.exec(containerId, { command: ["sh", "-c", script], tty: true, size });
    await firstOf(process);
    await process.write(Uint8Array.of(16, 17, 0, 65));
    let text = "";
    for await (const { data } of process.output) {
      text += Buffer.from(data).toString();
      if (!/17 91/.test(text)) continue;
      await process.resize(33, 11);
      await process.write(Buffer.from("\n"));
      break;
    }
    assert.match(text, /10 11 00 41\s+17 91/);
    await process.kill();
    await docker.driver.removeSandbox(sandboxId);
  });

  test("a process whose terminal cannot have its first size is not left behind", async () => {
    const { sandboxId, containerId } = await container("exec-resize");
    const folder = mkdtempSync(join(tmpdir(), "estiva-exec-"));
    const socket = join(folder, "engine.sock");
    const { connect: to } = client.address;
    const far = () => ("socketPath" in to ? connect(to.socketPath) : connect(to.port, to.host));
    const between = createServer((near) => withoutResize(near, far()));
    between.listen(socket);
    await once(between, "listening");
    const driver = createDockerDriver({ owner: docker.owner, socket, log: () => {} });
    const spec = { command: ["sleep", "106"], tty: true, size: { columns: 91, rows: 17 } };
    await assert.rejects(driver.exec(containerId, spec), { name: "DriverError" });
    const look = () => commands(containerId);
    await until("it to end", look, (found) => found.length === 0);
    await driver.close();
    between.close();
    rmSync(folder, { recursive: true });
    await docker.driver.removeSandbox(sandboxId);
  });

  test("a command that cannot be run says so and ends", async () => {
    const { sandboxId, containerId } = await container("exec-none");
    const process = await docker.driver.exec(containerId, { command: ["/no/such/program"], tty: false });
    assert.match(await textOf(process), /no such file or directory/);
    assert.ok([126, 127].includes(await process.exited));
    await docker.driver.removeSandbox(sandboxId);
  });

  test("a process whose output nobody reads waits, and all of it comes in order", async () => {
    const { sandboxId, containerId } = await container("exec-output");
    const command = ["sh", "-c", "i=0; while [ $i -lt 200000 ]; do echo $i; i=$((i+1)); done; echo end >&2; exit 5"];
    const process = await docker.driver.exec(containerId, { command, tty: false });
    // It ends only when it has been read.
    await until(
      "it to run",
      () => commands(containerId),
      (found) => found.length > 0,
    );
    const output = { stdout: "", stderr: "" };
    for await (const { stream, data } of process.output) output[stream] += Buffer.from(data).toString("latin1");
    assert.equal(output.stdout, Array.from({ length: 200_000 }, (_, i) => `${i}\n`).join(""));
    assert.deepEqual([output.stderr, await process.exited], ["end\n", 5]);
    await docker.driver.removeSandbox(sandboxId);
  });
});

/** Passes everything on, but the engine knows nothing of sizes. */
function withoutResize(near: Socket, far: Socket): void {
  near.on("data", (bytes: Buffer) => far.write(bytes.toString("latin1").replaceAll("/resize?", "/resizX?"), "latin1"));
  near.on("end", () => far.end());
  far.pipe(near);
  for (const each of [near, far]) each.on("error", () => {}); // the other end tells
}

/** What it writes first; the rest can still be read. */
async function firstOf(process: ExecProcess): Promise<void> {
  await process.output[Symbol.asyncIterator]().next();
}

async function textOf(process: ExecProcess): Promise<string> {
  let text = "";
  for await (const { data } of process.output) text += Buffer.from(data).toString();
  return text;
}
