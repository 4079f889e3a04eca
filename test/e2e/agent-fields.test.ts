import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Agent, createAgent } from "#host/agent/agent.ts";
import { FakeControlPlane } from "#host/agent/testing/fake-control-plane.ts";
import { container, plainPayload } from "#host/agent/testing/payloads.ts";
import { FakeLogs } from "#host/agent/testing/world.ts";
import { createFakeNetwork } from "#host/network/fake-network.ts";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import type { ContainerPayload, TaskPayload, TaskStateChange } from "#kernel/agent-protocol.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { systemRandom } from "#kernel/random.ts";
import { busyboxReference, ensureBusybox } from "../images/busybox.ts";
import { testEngine } from "../images/engine.ts";
import { until } from "../support/until.ts";

/**
 * Fields that Fargate does not allow, or that take longer there than a test may: given to the agent itself, with a real
 * engine and the network modes that are the engine's.
 */

const engine = await testEngine();
const root = "skip" in engine || process.getuid?.() === 0 ? undefined : "only root sees what the engine sees";
const skip = "skip" in engine ? engine.skip : root;
const clock = systemClock({ keepAlive: true });
const owner = `e2e-fields-${randomBytes(4).toString("hex")}`;
const folder = mkdtempSync(join(tmpdir(), "estiva-fields-"));
const sharedVolume = `${owner}-shared`;
/** One that no engine allows to containers by itself. */
const device = "/dev/loop-control";
const logConfiguration = { logDriver: "json-file", options: {} };

let driver: RuntimeDriver;
let agent: Agent;
let controlPlane: FakeControlPlane;

before(async () => {
  if (skip || !("socket" in engine)) return;
  driver = createDockerDriver({ owner, clock, log: console.error, socket: engine.socket });
  await ensureBusybox(driver);
  controlPlane = new FakeControlPlane(clock, systemRandom());
  agent = createAgent({
    ...{ hostId: "e2e", endpoint: controlPlane, driver, network: createFakeNetwork(), logs: new FakeLogs(), clock },
    ...{ random: systemRandom(), log: silentLog, dataDir: join(folder, "agent") },
    options: { cleanupWaitSeconds: 600 },
  });
  await agent.start();
});

after(async () => {
  if (!skip) {
    await agent.stop();
    for (const { id } of await driver.listSandboxes()) await driver.removeSandbox(id);
    for (const { name } of await driver.listVolumes()) await driver.removeVolume(name);
    await driver.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

interface Row {
  readonly name: string;
  readonly script: string;
  readonly container?: Partial<ContainerPayload>;
  readonly others?: readonly ContainerPayload[];
  readonly task?: Partial<TaskPayload>;
  readonly skip?: string | undefined;
  readonly lines: readonly (string | RegExp)[];
  readonly report?: (report: TaskStateChange) => void;
}

const rows: readonly Row[] = [
  {
    name: "a volume of the host, made where it is missing",
    script: "echo from inside > /data/file; ls /data",
    container: { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] },
    task: { volumes: [{ name: "data", host: { sourcePath: join(folder, "made/here") } }] },
    lines: ["file"],
    report: () => assert.equal(readFileSync(join(folder, "made/here/file"), "utf8"), "from inside\n"),
  },
  {
    name: "a docker volume of the task, and one that is shared",
    script: "touch /own/a /shared/b; ls /own /shared",
    container: {
      mountPoints: [
        { sourceVolume: "own", containerPath: "/own" },
        { sourceVolume: sharedVolume, containerPath: "/shared" },
      ],
    },
    task: {
      volumes: [
        { name: "own", dockerVolumeConfiguration: { scope: "task", driver: "local", labels: { mine: "1" } } },
        { name: sharedVolume, dockerVolumeConfiguration: { scope: "shared", autoprovision: true } },
      ],
    },
    lines: ["/own:", "a", "", "/shared:", "b"],
  },
  {
    name: "a tmpfs volume through the options of the volume driver",
    script: "grep ' /own ' /proc/mounts",
    container: { mountPoints: [{ sourceVolume: "own", containerPath: "/own" }] },
    task: {
      volumes: [
        {
          name: "own",
          dockerVolumeConfiguration: { scope: "task", driverOpts: { type: "tmpfs", device: "tmpfs", o: "size=4m" } },
        },
      ],
    },
    lines: [/^tmpfs \/own tmpfs .*size=4096k/],
  },
  {
    name: "privileged",
    script: "grep CapEff /proc/self/status",
    container: { privileged: true },
    skip: /^CapBnd:\s*0*[13]ffffffff/m.test(readFileSync("/proc/self/status", "utf8"))
      ? undefined
      : "this machine does not give its own root all capabilities",
    lines: [/^CapEff:\s*0*[13]ffffffff/],
  },
  {
    name: "devices with permissions",
    script: "(: < /dev/mine) && echo readable; (: > /dev/mine) || echo refused",
    container: {
      linuxParameters: { devices: [{ hostPath: device, containerPath: "/dev/mine", permissions: ["read"] }] },
    },
    skip: existsSync(device) ? undefined : `there is no ${device} here`,
    lines: ["readable", /Operation not permitted/, "refused"],
  },
  {
    name: "sharedMemorySize",
    script: "df -m /dev/shm | tail -n 1",
    container: { linuxParameters: { sharedMemorySize: 8 } },
    lines: [/^shm\s+8\s/],
  },
  {
    name: "capabilities that Fargate does not add",
    script: "grep CapEff /proc/self/status",
    container: { linuxParameters: { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } },
    lines: [/^CapEff:\s*0000000000001000$/],
  },
  {
    name: "dockerSecurityOptions",
    script: "grep NoNewPrivs /proc/self/status",
    container: { dockerSecurityOptions: ["no-new-privileges"] },
    lines: [/^NoNewPrivs:\s*1$/],
  },
  {
    name: "hostname, extraHosts, dnsServers and dnsSearchDomains in bridge mode",
    script: "hostname; grep 192.0.2.7 /etc/hosts; cat /etc/resolv.conf",
    container: {
      hostname: "mine",
      extraHosts: [{ hostname: "other.example", ipAddress: "192.0.2.7" }],
      dnsServers: ["192.0.2.53"],
      dnsSearchDomains: ["example.com", "example.org"],
    },
    task: { networkMode: "bridge" },
    lines: ["mine", "192.0.2.7 other.example", "search example.com example.org", "nameserver 192.0.2.53"],
  },
  {
    name: "links in bridge mode",
    script: "grep db /etc/hosts",
    others: [container("store", { image: busyboxReference, essential: false, command: ["true"] })],
    container: { links: ["store:db"] },
    task: { networkMode: "bridge" },
    lines: ["127.0.0.1 db"],
  },
  {
    name: "network mode none",
    script: "ls /sys/class/net",
    lines: ["lo"],
  },
  {
    name: "disableNetworking in bridge mode",
    script: "ls /sys/class/net",
    container: { disableNetworking: true },
    task: { networkMode: "bridge" },
    lines: ["lo"],
  },
  {
    name: "network mode host, pidMode host",
    script: "readlink /proc/self/ns/net; readlink /proc/self/ns/pid",
    task: { networkMode: "host", pidMode: "host", launchType: "EC2" },
    lines: [readlinkSync("/proc/self/ns/net"), readlinkSync("/proc/self/ns/pid")],
  },
  {
    name: "a restart policy, until an exit code that is ignored",
    script: "echo x >> /v/runs; n=$(wc -l < /v/runs); echo run $n; sleep 1.2; [ $n -lt 3 ] && exit 1; exit 9",
    container: {
      restartPolicy: { enabled: true, restartAttemptPeriod: 1, ignoredExitCodes: [9] },
      mountPoints: [{ sourceVolume: "v", containerPath: "/v" }],
    },
    task: { volumes: [{ name: "v" }] },
    lines: ["run 1", "run 2", "run 3"],
    report({ containers: [app] }) {
      assert.equal(app?.exitCode, 9);
      assert.equal(app?.restartCount, 2);
    },
  },
];

describe("fields given to the agent", { skip, concurrency: 4 }, () => {
  for (const [i, { name, script, others = [], task, lines, report, ...row }] of rows.entries()) {
    test(name, { skip: row.skip }, async () => {
      const app = container("app", {
        ...{ image: busyboxReference, command: ["sh", "-c", `exec 2>&1; ${script}`], logConfiguration },
        ...row.container,
      });
      const payload = plainPayload(`t${i}`, { launchType: "EC2", ...task, containers: [app, ...others] });
      controlPlane.want(payload);
      const ended = await reported(payload.taskArn, "STOPPED");
      const output = await outputOf(`t${i}`, "app");
      const told = JSON.stringify({ ended, output }, undefined, 1);
      assert.equal(output.length, lines.length, told);
      for (const [at, line] of lines.entries()) {
        if (line instanceof RegExp) assert.match(output[at]!, line);
        else assert.equal(output[at], line);
      }
      report?.(ended);
    });
  }

  test("a shared volume that is not there, and may not be made", async () => {
    const volume = { name: `${owner}-none`, dockerVolumeConfiguration: { scope: "shared" as const } };
    const mountPoints = [{ sourceVolume: volume.name, containerPath: "/v" }];
    const app = container("app", { image: busyboxReference, command: ["true"], mountPoints });
    const payload = plainPayload("novolume", { launchType: "EC2", volumes: [volume], containers: [app] });
    controlPlane.want(payload);
    const ended = await reported(payload.taskArn, "STOPPED");
    assert.equal(ended.stopCode, "TaskFailedToStart");
    assert.match(ended.containers[0]!.reason!, /^CannotCreateVolumeError: .*not found/);
  });

  test("port mappings in bridge mode are reached from the host", async () => {
    const script = "trap 'exit 0' TERM; while :; do echo hello | nc -l -p 8080 & wait; done";
    const app = container("app", {
      image: busyboxReference,
      command: ["sh", "-c", script],
      portMappings: [{ containerPort: 8080, hostPort: 0, protocol: "tcp" }],
    });
    const payload = plainPayload("ports", { launchType: "EC2", networkMode: "bridge", containers: [app] });
    controlPlane.want(payload);
    const { containers } = await reported(payload.taskArn, "RUNNING");
    const [binding] = containers[0]!.networkBindings!;
    assert.equal(binding!.containerPort, 8080);
    assert.equal(await firstAnswer(binding!.hostPort!), "hello\n");
    controlPlane.stop(payload.taskArn);
    await reported(payload.taskArn, "STOPPED");
  });
});

/** Waits until the control plane has been told so. */
async function reported(taskArn: string, status: string): Promise<TaskStateChange> {
  const isLast = (report?: TaskStateChange) => report?.status === status || report?.status === "STOPPED";
  const report = await until(`${status} of ${taskArn}`, () => controlPlane.reports.get(taskArn), isLast);
  assert.equal(report.status, status, JSON.stringify(report));
  return report;
}

async function outputOf(sandboxName: string, name: string): Promise<string[]> {
  const sandbox = (await driver.listSandboxes()).find((each) => each.name === sandboxName);
  const found = sandbox?.containers.find((each) => each.name === name);
  const lines: string[] = [];
  if (found === undefined) return lines;
  const signal = new AbortController().signal;
  for await (const batch of driver.readLogs(found.id, { follow: false, signal })) {
    for (const { message } of batch) lines.push(Buffer.from(message).toString());
  }
  return lines;
}

/** What a server says first, as soon as it listens. */
function firstAnswer(port: number): Promise<string> {
  const ask = () =>
    new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(port, "127.0.0.1");
      socket.on("data", (data) => (text += data));
      socket.on("error", () => resolve(""));
      socket.on("close", () => resolve(text));
    });
  return until(`an answer at port ${port}`, ask);
}
