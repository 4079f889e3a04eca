import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { parseAddress } from "#host/runtime/docker/address.ts";
import { createEngineClient } from "#host/runtime/docker/client.ts";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { systemClock } from "#kernel/clock.ts";
import { whyNoPackets } from "../contracts/network/sandbox.ts";
import { ensureBusybox } from "../images/busybox.ts";
import { leftoversOf } from "../support/leftovers.ts";
import { TestPlatform } from "../support/platform.ts";
import { PrivateEngine, whyNoPrivateEngine } from "../support/private-engine.ts";
import {
  type Clients,
  describe,
  register,
  running,
  runTasks,
  runToEnd,
  shell,
  stopped,
  untilTold,
} from "../support/tasks.ts";

/** The container engine goes away under a running platform, and comes back. */

const skip = whyNoPackets() ?? whyNoPrivateEngine();
let engine: PrivateEngine;
let platform: TestPlatform;
let clients: Clients;

before(async () => {
  if (skip) return;
  engine = new PrivateEngine();
  await engine.start();
  const driver = createDockerDriver({ owner: "estiva-test-images", log: () => {}, socket: engine.url });
  await ensureBusybox(driver);
  await driver.close();
  platform = new TestPlatform({ env: { DOCKER_HOST: engine.url } });
  await platform.start();
  clients = platform.clients();
});

after(async () => {
  if (skip) return;
  const { platformId } = platform;
  await platform.remove();
  const client = createEngineClient(parseAddress(engine.url), systemClock({ keepAlive: true }));
  const leftovers = await leftoversOf(platformId, client);
  client.close();
  await engine.remove();
  assert.deepEqual(leftovers, []);
});

test("tasks end with the engine, others wait for it, and all goes on when it is back", { skip }, async () => {
  const sleeper = await register(clients, "sleeper", [shell("app", untilTold)]);
  const [runs] = await runTasks(clients, sleeper);
  assert.equal((await running(clients, runs!.taskArn!)).lastStatus, "RUNNING");

  await engine.stop();
  const health = await healthOf();
  assert.match(health.engine, /^unavailable: /);
  const [waits] = await runTasks(clients, await register(clients, "waits", [shell("app", "echo ran; exit 6")]));
  assert.ok(["PROVISIONING", "PENDING"].includes((await describe(clients, waits!.taskArn!)).lastStatus!));

  await engine.start();
  const ended = await stopped(clients, runs!.taskArn!);
  assert.equal(ended.stopCode, "EssentialContainerExited");
  assert.equal(typeof ended.containers![0]!.exitCode, "number");
  const late = await stopped(clients, waits!.taskArn!);
  assert.equal(late.containers![0]!.exitCode, 6, JSON.stringify(late));
  const { lines } = await runToEnd(clients, await register(clients, "again", [shell("app", "echo as before")]));
  assert.deepEqual(lines, ["as before"]);
  assert.match((await healthOf()).engine, /^docker /);
});

test("tasks that run when both go away are told of when both are back", { skip }, async () => {
  const [runs] = await runTasks(clients, await register(clients, "both", [shell("app", untilTold)]));
  await running(clients, runs!.taskArn!);
  await platform.kill();
  await engine.stop();
  await engine.start();
  await platform.start();
  const ended = await stopped(clients, runs!.taskArn!);
  assert.equal(ended.stopCode, "EssentialContainerExited");
});

test("a platform where nothing runs ends in order when its engine has gone", { skip }, async () => {
  await engine.stop();
  assert.equal(await platform.stop(), 0);
  await engine.start();
  await platform.start();
});

async function healthOf(): Promise<{ engine: string }> {
  return (await (await fetch(`${platform.endpoint}/_estiva/health`)).json()) as { engine: string };
}
