import { randomBytes } from "node:crypto";
import { parseAddress } from "#host/runtime/docker/address.ts";
import { createEngineClient, type EngineClient } from "#host/runtime/docker/client.ts";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { findEngine } from "#host/runtime/docker/find-engine.ts";
import { pauseImageReference } from "#host/runtime/docker/pause-image.ts";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import { systemClock } from "#kernel/clock.ts";
import { containerSpec, sandboxSpec } from "../test/contracts/runtime/fixture.ts";
import { busyboxReference, ensureBusybox } from "../test/images/busybox.ts";
import { type Measurement, quantile, report } from "./report.ts";

/**
 * What a sandbox with one container costs: through the driver, with and without prepared sandboxes, against the same
 * two containers made directly through the engine's API. Each round measures all three one after the other, so that
 * what else the machine does weighs on all alike. `node bench/runtime.ts [rounds] [--json]`
 */
const rounds = Number(process.argv[2] ?? 15) || 15;
const linesWritten = 300_000;
const owner = `bench-${randomBytes(4).toString("hex")}`;
const command = ["sleep", "1000000"];

const { engine, failures } = await findEngine(process.env);
if (engine === undefined) {
  console.error(`No container engine answers: ${failures.map(({ reason }) => reason).join("; ")}`);
  process.exit(1);
}
const socket = engine.address.url;
const client = createEngineClient(parseAddress(socket, process.env), systemClock());
const driver = createDockerDriver({ owner, socket, log: console.error });
await ensureBusybox(driver);

const direct: number[] = [];
const plain: number[] = [];
const prepared: number[] = [];
await viaDriver("warm-up"); // puts the pause image into the engine
for (let round = 0; round < rounds; round++) {
  direct.push(await viaEngine(client, `${owner}-direct-${round}`));
  plain.push(await viaDriver(`plain-${round}`));
  driver.prepareSandboxes(1);
  await untilPrepared(client);
  prepared.push(await viaDriver(`prepared-${round}`));
  driver.prepareSandboxes(0);
}
const linesPerSecond = await logSpeed(driver);
await driver.close();
client.close();

const median = (samples: readonly number[]) => quantile(samples, 0.5);
const pairedRatio = (samples: readonly number[]) => median(samples.map((value, i) => value / direct[i]!));
const measurements: Measurement[] = [
  { name: "two containers, engine's API", value: median(direct), unit: "ms", note: `median of ${rounds}` },
  { name: "sandbox and container, driver", value: median(plain), unit: "ms" },
  { name: "the same, prepared sandbox", value: median(prepared), unit: "ms" },
  { name: "driver / engine", value: pairedRatio(plain), unit: "x", goal: { atMost: 1.15 }, note: "median of pairs" },
  {
    name: "prepared / engine",
    value: pairedRatio(prepared),
    unit: "x",
    goal: { atMost: 1.15 },
    note: "median of pairs",
  },
  { name: "log lines read while written", value: linesPerSecond, unit: "1/s", goal: { atLeast: 50_000 } },
];
report("runtime", measurements);

/** The containers as the driver makes them, but with the engine's defaults around. */
async function viaEngine(engineClient: EngineClient, name: string): Promise<number> {
  const begun = performance.now();
  const make = async (suffix: string, body: object): Promise<string> => {
    const query = { name: `${name}-${suffix}` };
    const { Id } = await engineClient.call("POST", "/containers/create", { query, body });
    await engineClient.call("POST", `/containers/${Id}/start`);
    return Id;
  };
  const pause = await make("pause", { Image: pauseImageReference, HostConfig: { NetworkMode: "none" } });
  const joined = { NetworkMode: `container:${pause}` };
  const app = await make("app", { Image: busyboxReference, Cmd: command, HostConfig: joined });
  const tookMs = performance.now() - begun;
  for (const id of [app, pause]) await engineClient.call("DELETE", `/containers/${id}`, { query: { force: true } });
  return tookMs;
}

async function viaDriver(name: string): Promise<number> {
  const begun = performance.now();
  const sandbox = await driver.createSandbox(sandboxSpec(name, { resources: { cpuUnits: 1024, memoryMiB: 512 } }));
  const id = await driver.createContainer(sandbox.id, containerSpec({ image: busyboxReference, command }));
  await driver.startContainer(id);
  const tookMs = performance.now() - begun;
  await driver.removeSandbox(sandbox.id);
  return tookMs;
}

async function untilPrepared(engineClient: EngineClient): Promise<void> {
  const query = { filters: { name: [`^/${owner}\\.\\.`], status: ["running"] } };
  while ((await engineClient.call("GET", "/containers/json", { query })).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Lines of 100 characters a second that one container writes and the driver reads at the same time. */
async function logSpeed(from: RuntimeDriver): Promise<number> {
  const sandbox = await from.createSandbox(sandboxSpec("logs"));
  const script = `yes ${"x".repeat(99)} | head -n ${linesWritten}`;
  const spec = containerSpec({ image: busyboxReference, command: ["sh", "-c", script] });
  const id = await from.createContainer(sandbox.id, spec);
  const begun = performance.now();
  await from.startContainer(id);
  let lines = 0;
  for await (const batch of from.readLogs(id, { follow: true, signal: new AbortController().signal })) {
    lines += batch.length;
  }
  const seconds = (performance.now() - begun) / 1000;
  await from.removeSandbox(sandbox.id);
  if (lines !== linesWritten) throw new Error(`${lines} lines of ${linesWritten} were read`);
  return lines / seconds;
}
