import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Agent, createAgent } from "#host/agent/agent.ts";
import { type MetadataServer, startMetadataServer } from "#host/agent/metadata/server.ts";
import { FakeControlPlane } from "#host/agent/testing/fake-control-plane.ts";
import { container, payload } from "#host/agent/testing/payloads.ts";
import { FakeLogs } from "#host/agent/testing/world.ts";
import { createDirectShell } from "#host/network/direct-shell.ts";
import { createHostNetwork, type LinuxNetwork } from "#host/network/linux-network.ts";
import type { PrivilegedShell } from "#host/network/privileged-shell.ts";
import { parseAddress } from "#host/runtime/docker/address.ts";
import { createEngineClient } from "#host/runtime/docker/client.ts";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { label } from "#host/runtime/docker/names.ts";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import type { TaskStateChange } from "#kernel/agent-protocol.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { systemRandom } from "#kernel/random.ts";
import { whyNoPackets } from "../contracts/network/sandbox.ts";
import { busyboxReference, ensureBusybox } from "../images/busybox.ts";
import { testEngine } from "../images/engine.ts";
import { until } from "../support/until.ts";

/** The agent with a real engine and real packets: what the fakes cannot show. */

const engine = await testEngine();
const skip = "skip" in engine ? engine.skip : whyNoPackets();
const clock = systemClock();
const owner = `e2e-agent-${randomBytes(4).toString("hex")}`;
const metadataPort = 42_679;

let dataDir: string;
let shell: PrivilegedShell;
let driver: RuntimeDriver;
let network: LinuxNetwork;
let controlPlane: FakeControlPlane;
let agent: Agent;
let metadata: MetadataServer;
const logs = new FakeLogs();

function openDriver(): RuntimeDriver {
  return createDockerDriver({ owner, log: console.error, ...("socket" in engine ? engine : {}) });
}

async function startAgent(): Promise<void> {
  driver = openDriver();
  agent = createAgent({
    ...{ hostId: "e2e", endpoint: controlPlane, driver, network, logs, clock, random: systemRandom(), log: silentLog },
    dataDir,
    options: { cleanupWaitSeconds: 0, preparedSandboxes: 1 },
  });
  await agent.start();
  metadata = await startMetadataServer({
    ...{ agent, driver, network, clock, log: silentLog },
    address: network.hostServiceAddress,
    port: metadataPort,
  });
}

/** As when the process is killed: nothing is told to anyone. */
async function stopAgent(): Promise<void> {
  await metadata.close();
  await agent.stop();
  await driver.close();
}

before(async () => {
  if (skip !== undefined) return;
  dataDir = await mkdtemp(join(tmpdir(), "estiva-agent-"));
  shell = createDirectShell({ clock });
  network = createHostNetwork({
    ...{ owner, shell, clock, log: silentLog },
    hostServiceAddress: "169.254.172.43",
    linkPool: "169.254.98.0/24",
    ports: { metadata: metadataPort, dns: 42_053, api: 42_566 },
  });
  await network.apply({ vpcs: [] });
  controlPlane = new FakeControlPlane(clock, systemRandom());
  await startAgent();
  await ensureBusybox(driver);
});

after(async () => {
  if (skip !== undefined) return;
  await stopAgent();
  const cleaner = openDriver();
  const client = createEngineClient(parseAddress("socket" in engine ? engine.socket : ""), clock);
  try {
    cleaner.watch(() => {}); // finds the prepared sandboxes of the drivers before it
    cleaner.prepareSandboxes(0);
    for (const { id } of await cleaner.listSandboxes()) await cleaner.removeSandbox(id);
    const query = { all: true, filters: { label: [`${label.owner}=${owner}`] } };
    const look = (): Promise<{ Names: string[] }[]> => client.call("GET", "/containers/json", { query });
    // Prepared ones go when the engine is idle.
    await until("all containers to go", look, (containers) => containers.length === 0);
  } finally {
    client.close();
    await cleaner.close();
    await network.removeAll();
    await shell.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});

/** Waits until the control plane has been told so. */
async function reported(taskArn: string, status: string) {
  const isLast = (report?: TaskStateChange) => report?.status === status || report?.status === "STOPPED";
  const report = await until(`${status} of ${taskArn}`, () => controlPlane.reports.get(taskArn), isLast);
  assert.equal(report.status, status, JSON.stringify(report));
  return report;
}

async function outputOf(sandboxName: string, containerName: string): Promise<string> {
  const sandbox = (await driver.listSandboxes()).find(({ name }) => name === sandboxName);
  const { id } = sandbox!.containers.find(({ name }) => name === containerName)!;
  const lines: string[] = [];
  for await (const batch of driver.readLogs(id, { follow: false, signal: new AbortController().signal })) {
    for (const { message } of batch) lines.push(Buffer.from(message).toString());
  }
  return lines.join("\n");
}

const logConfiguration = { logDriver: "json-file", options: {} };

test("a Fargate task has its address, its files, its limits and its metadata", { skip }, async () => {
  const script = `
    cat /etc/hosts /etc/resolv.conf
    ip -4 addr show | grep 'inet 10'
    echo nofile $(ulimit -n)
    wget -q -O - $ECS_CONTAINER_METADATA_URI_V4/task
    echo; echo written > /data/file; echo done; sleep 1000`;
  const task = payload("a1", {
    volumes: [{ name: "data" }],
    containers: [
      container("app", {
        image: busyboxReference,
        command: ["sh", "-c", script.replace("'inet 10'", "'inet 172'")],
        mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
        stopTimeout: 2,
        logConfiguration,
      }),
    ],
  });
  controlPlane.want(task);
  await reported(task.taskArn, "RUNNING");
  const output = await until(
    "the output",
    () => outputOf("a1", "app"),
    (text) => text.endsWith("done"),
  );
  assert.match(output, /172\.31\.0\.5 ip-172-31-0-5\.ec2\.internal/);
  assert.match(output, /nameserver 172\.31\.0\.2/);
  assert.match(output, /inet 172\.31\.0\.5\/20/);
  assert.match(output, /^nofile [1-9]\d{3,4}$/m);
  const document = JSON.parse(output.split("\n").find((line) => line.startsWith('{"Cluster"'))!);
  assert.equal(document.TaskARN, task.taskArn);
  assert.equal(document.Containers[0].Networks[0].MACAddress, "02:00:00:00:00:10");
  controlPlane.stop(task.taskArn);
  const report = await reported(task.taskArn, "STOPPED");
  assert.equal(report.containers[0]?.exitCode, 137);
});

test("running containers are adopted by the next agent, and their end is reported", { skip }, async () => {
  const task = payload("b1", {
    containers: [
      container("app", {
        image: busyboxReference,
        command: ["sh", "-c", "trap 'exit 7' USR1; echo up; while :; do sleep 0.1; done"],
        logConfiguration,
      }),
    ],
  });
  controlPlane.want(task);
  const running = await reported(task.taskArn, "RUNNING");
  await until(
    "its first line",
    () => outputOf("b1", "app"),
    (text) => text === "up",
  );
  await stopAgent();
  await startAgent();
  assert.equal(controlPlane.reports.get(task.taskArn)?.status, "RUNNING");
  await stopAgent();
  const outside = openDriver();
  const { runtimeId } = running.containers[0]!;
  await outside.signalContainer(runtimeId!, "SIGUSR1");
  const look = () => outside.inspectContainer(runtimeId!);
  await until("its end", look, ({ state }) => state === "exited");
  await outside.close();
  await startAgent();
  const report = await reported(task.taskArn, "STOPPED");
  assert.equal(report.stopCode, "EssentialContainerExited");
  assert.equal(report.containers[0]?.exitCode, 7);
});

test("a command that is not there", { skip }, async () => {
  const task = payload("c1", { containers: [container("app", { image: busyboxReference, command: ["nope"] })] });
  controlPlane.want(task);
  const report = await reported(task.taskArn, "STOPPED");
  assert.equal(report.stopCode, "TaskFailedToStart");
  assert.match(report.containers[0]!.reason!, /^CannotStartContainerError: .*nope.*not found/);
  assert.equal(report.containers[0]?.exitCode, undefined);
});

test("nothing is left", { skip }, async () => {
  const look = async () => [
    ...(await readdir(join(dataDir, "tasks"))),
    ...(await driver.listSandboxes()),
    ...(await driver.listVolumes()),
    ...(await network.attached()),
  ];
  await until("all of the tasks to go", look, (left) => left.length === 0);
});
