import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { noHttp } from "#kernel/http-sender.ts";
import type { LoadBalancerNode, NodeStateMessage, TargetHealthReport } from "#kernel/load-balancing.ts";
import { systemRandom } from "#kernel/random.ts";
import { noProxy } from "../../../test/contracts/load-balancer/loopback.ts";
import { forward, groupOf, listenerOf, nodeOf, text } from "../../../test/contracts/load-balancer/nodes.ts";
import { whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { openGroup, vpcSpec } from "../../../test/contracts/network/specs.ts";
import { interfaceOf, useWorld } from "../../../test/contracts/network/world.ts";
import { type TestDocker, testDocker } from "../../../test/images/docker.ts";
import { testEngine } from "../../../test/images/engine.ts";
import { TestProcess } from "../../../test/support/test-process.ts";
import { until } from "../../../test/support/until.ts";
import { createLoadBalancerNodes, type LoadBalancerNodes } from "./nodes.ts";

const engine = await testEngine();
const skip = "skip" in engine ? engine.skip : (whyNoPackets() ?? noProxy);

const [nodeAddress, targetAddress, closedAddress] = ["10.1.0.10", "10.1.0.11", "10.1.0.12"] as const;
const answer = `(q, r) => r.end("hello " + q.headers["x-forwarded-for"])`;
const program = `require("node:http").createServer(${answer}).listen(8081)`;

/** The command line of a process, without any when it has ended meanwhile. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** Of a process that has ended meanwhile: none. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]);
  } catch {
    return undefined;
  }
}

/** Its network namespace; none when it has ended meanwhile. */
function networkOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return "ended";
  }
}

describe("load balancer nodes in a VPC", { skip: skip ?? false }, () => {
  const world = useWorld();
  const folder = mkdtempSync(join(tmpdir(), "estiva-nodes-"));
  let docker: TestDocker;
  let target: TestProcess | undefined;
  let nodes: LoadBalancerNodes;
  let health: readonly TargetHealthReport[] = [];
  const states: NodeStateMessage[] = [];
  const untilReported = (isMet: () => boolean) =>
    until(String(isMet), () => ({ health, states: states.slice(-3) }), isMet);

  const openManager = async () => {
    const driver = docker.driver;
    const manager = createLoadBalancerNodes({
      ...{ driver, network: world.network, folder: join(folder, "nodes") },
      ...{ clock: systemClock(), random: systemRandom(), send: noHttp },
      log: { debug() {}, info() {}, warn: (message, fields) => console.log(message, fields), error: console.error },
      knowsInterface: () => true,
      metricsIntervalMs: 60_000,
      follow() {},
      endpoint: {
        async publishTargetHealth(message) {
          health = message.targets;
        },
        async submitNodeState(message) {
          states.push(message);
        },
        async publishHeldRequests() {},
        async publishAccess() {},
        async publishTraffic() {},
      },
    });
    await manager.load();
    const watching = driver.watch((event) => manager.onRuntimeEvent(event));
    return { ...manager, stop: () => manager.stop().finally(() => watching.close()) };
  };
  const group = groupOf("web", [{ targetKey: "t", address: targetAddress, port: 8081, draining: false }]);
  const { networkInterfaceId, ...rest } = interfaceOf(nodeAddress);
  const spec = (version: string, parts: Partial<LoadBalancerNode> = {}) =>
    nodeOf({
      ...{ version, nodeId: "node-1", listeners: [listenerOf(80, forward(group))], targetGroups: [group] },
      networkInterface: {
        ...{ networkInterfaceId, vpcId: "vpc-1", subnetId: rest.subnetId },
        ...{ macAddress: rest.macAddress, privateIpv4Address: nodeAddress, subnetCidr: "10.1.0.0/24" },
        privateDnsName: "ip-10-1-0-10.ec2.internal",
      },
      ...parts,
    });
  let seqNum = 0;
  const apply = async (version: string, parts?: Partial<LoadBalancerNode>) => {
    nodes.apply({ messageId: version, seqNum: ++seqNum, nodes: [spec(version, parts)] });
    await untilReported(() => states.at(-1)?.version === version && states.at(-1)?.state === "active");
  };
  /** What the machine, or a task, gets from the node, once it gets anything: status, body, and after how many ms. */
  const get = async (from = world.machine.host): Promise<[number, string, number]> => {
    const ask = `fetch("http://${nodeAddress}/").then(async (r) => [r.status, await r.text()], () => undefined)`;
    const again = "new Promise((r) => setTimeout(r, 10))";
    const loop = `const t = performance.now(); let r; while (!(r = await ${ask})) await ${again};`;
    const script = `${loop} console.log(JSON.stringify([...r, Math.round(performance.now() - t)]))`;
    const command = [process.execPath, "--input-type=module", "-e", script];
    return JSON.parse(await from.runInBackground(...command)) as [number, string, number];
  };
  /** HAProxy's master and workers of the nodes of this test: others may be on this machine. */
  const processes = async () => {
    const own = (await docker.driver.listSandboxes()).map(({ pid }) => networkOf(String(pid)));
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && /^\S+haproxy .*-S \/node\//.test(commandOf(name)))
      .filter((name) => own.includes(networkOf(name)))
      .map(Number);
  };

  before(async () => {
    if (skip !== undefined || "skip" in engine) return;
    docker = await testDocker(engine.socket);
    const shut = { ...openGroup, groupId: "sg-shut", ingress: [] };
    const interfaces = [
      interfaceOf(nodeAddress, "", { isLoadBalancer: true }),
      interfaceOf(targetAddress),
      { ...interfaceOf(closedAddress), securityGroupIds: ["sg-shut"] },
    ];
    await world.network.apply({ vpcs: [vpcSpec(1, { interfaces, securityGroups: [openGroup, shut] })] });
    const { pid } = await world.task(targetAddress);
    const words = ["-t", String(pid), "-n", process.execPath, "-e", program];
    target = new TestProcess("nsenter", words, { stdio: "inherit" });
    nodes = await openManager();
  });
  after(async () => {
    await nodes?.stop();
    await docker?.close();
    await target?.end("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  test("a node serves at its address, for the host and for tasks under security groups", async () => {
    await apply("1");
    await untilReported(() => health.some(({ state }) => state === "healthy"));
    assert.match((await get()).join(), /^200,hello \d/);
    const client = await world.task(closedAddress);
    assert.deepEqual((await get(client)).slice(0, 2), [200, "hello 10.1.0.12"]);
  });

  test("the platform goes and comes back: traffic goes on, the same process serves", async () => {
    const before = await processes();
    assert.notEqual(before.length, 0);
    await nodes.stop();
    assert.equal((await get())[0], 200);
    states.length = 0;
    nodes = await openManager();
    assert.equal(nodes.hasInterface(networkInterfaceId), true);
    await apply("1");
    assert.deepEqual(await processes(), before);
    assert.equal((await get())[0], 200);
  });

  /** The master that serves now, another one than `before`. */
  const masterAfter = async (before?: number) => {
    const look = async () => {
      const all = await processes();
      return all.find((pid) => pid !== before && all.some((other) => parentOf(other) === pid));
    };
    return await until("a master with a worker", look, Boolean, { everyMs: 5 });
  };

  test("a crash of HAProxy's master or worker is repaired in its container, also without the platform", async () => {
    let master = await masterAfter();
    const shell = parentOf(master);
    for (const isUp of [true, false]) {
      if (!isUp) await nodes.stop();
      for (const which of ["master", "worker"] as const) {
        const worker = (await processes()).find((pid) => parentOf(pid) === master)!;
        process.kill(which === "master" ? master : worker, "SIGKILL");
        const began = performance.now();
        master = await masterAfter(master);
        const startedMs = Math.round(performance.now() - began);
        assert.equal((await get())[0], 200);
        // The engine has had no part in it: that takes it longer.
        assert.equal(parentOf(master), shell);
        console.log(`${which} started again after ${startedMs} ms, platform ${isUp ? "up" : "down"}`);
      }
    }
    nodes = await openManager();
    await apply("1");
  });

  test("a HAProxy that crashes again and again is left to the engine, which starts its container", async () => {
    let master = await masterAfter();
    for (const shell = parentOf(master); parentOf(master) === shell; master = await masterAfter(master)) {
      process.kill(master, "SIGKILL");
    }
    assert.equal((await get())[0], 200);
  });

  test("a target without an address is a port of the host, as long as a task there has it", async () => {
    const port = 8082;
    const words = [
      "-t",
      String(world.machine.host.pid),
      "-n",
      process.execPath,
      "-e",
      program.replace("8081", `${port}`),
    ];
    const onHost = new TestProcess("nsenter", words, { stdio: "inherit" });
    await world.network.admit("on-host", { ports: [port] });
    const instances = groupOf("instances", [{ targetKey: "i-1:8082", port, draining: false }]);
    const listeners = [listenerOf(80, forward(instances))];
    await apply("instances", { listeners, targetGroups: [instances] });
    await untilReported(() => health.some(({ targetKey, state }) => targetKey === "i-1:8082" && state === "healthy"));
    assert.match((await get()).join(), /^200,hello \d/);
    await world.network.dismiss("on-host");
    await untilReported(() => health.some(({ state }) => state === "unhealthy"));
    await apply("1");
    await onHost.end("SIGKILL");
  });

  test("a configuration that HAProxy refuses changes nothing, and is told", async () => {
    const condition = { field: "path-pattern", values: [], regexValues: ["("] } as const;
    const rule = { ruleArn: "r", conditions: [condition], actions: [text("x")] };
    const bad = { listeners: [listenerOf(80, forward(group), [rule])] };
    nodes.apply({ messageId: "bad", seqNum: ++seqNum, nodes: [spec("bad", bad)] });
    await untilReported(() => states.at(-1)?.state === "failed");
    assert.match(states.at(-1)!.reason!, /regex/);
    assert.equal((await get())[0], 200);
    await apply("good", { listeners: [listenerOf(80, text("new"))], targetGroups: [] });
    assert.deepEqual((await get()).slice(0, 2), [200, "new"]);
  });

  test("a node that is no longer wanted leaves nothing", async () => {
    nodes.apply({ messageId: "end", seqNum: ++seqNum, nodes: [] });
    const look = async () => [
      ...(await docker.driver.listSandboxes()),
      ...readdirSync(join(folder, "nodes")),
      ...(await world.network.attached()).filter((each) => each.networkInterfaceId === networkInterfaceId),
    ];
    await until("all to go", look, (left) => left.length === 0);
    assert.ok(existsSync(folder));
  });
});
