/**
 * What the platform's network costs: two tasks of one subnet against two plain network namespaces on a bridge, in one
 * run, turn by turn. Needs root; everything happens in namespaces of its own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createHostNetwork, type LinuxNetwork } from "#host/network/linux-network.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { Machine } from "../test/contracts/network/machine.ts";
import { Sandbox, whyNoPackets } from "../test/contracts/network/sandbox.ts";
import { interfaceSpec, vpcSpec } from "../test/contracts/network/specs.ts";
import { type Measurement, quantile, report } from "./report.ts";

const rounds = 5;
const port = 9000;
const peerProgram = join(import.meta.dirname, "support/network-peer.ts");

interface Pair {
  readonly from: Sandbox;
  readonly to: Sandbox;
  readonly address: string;
}

interface Answer {
  readonly perSecond: number;
  readonly micros: readonly number[];
}

const reason = whyNoPackets();
if (reason !== undefined) console.log(`network: left out, ${reason}`);
else await main();

async function main(): Promise<void> {
  const machine = await Machine.start();
  const sandboxes = await Promise.all(Array.from({ length: 5 }, () => Sandbox.start()));
  const network = createHostNetwork({
    owner: "bench",
    shell: machine.shell(),
    clock: systemClock(),
    log: silentLog,
    ports: { metadata: 51679, dns: 51053, api: 4566 },
  });
  const echoes: ChildProcess[] = [];
  try {
    const [a, b, c, d, bridge] = sandboxes as [Sandbox, Sandbox, Sandbox, Sandbox, Sandbox];
    const changes = await measureChanges(network, a, b);
    const pairs: readonly Pair[] = [{ from: a, to: b, address: "10.1.0.11" }, plainPair(bridge, c, d)];
    for (const { to } of pairs) echoes.push(await startEcho(to));
    report("network", [...(await measureTraffic(pairs)), ...changes]);
  } finally {
    for (const echo of echoes) echo.kill();
    await network.removeAll();
    for (const sandbox of sandboxes) await sandbox.end();
    await machine.end();
  }
}

/** Two namespaces on a bridge, with nothing between them. */
function plainPair(bridge: Sandbox, from: Sandbox, to: Sandbox): Pair {
  bridge.run("sh", "-ec", "for i in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e $i ] || echo 0 > $i; done");
  bridge.run("ip", "link", "add", "plain", "type", "bridge");
  bridge.run("ip", "link", "set", "dev", "plain", "up");
  for (const [i, { pid }] of [from, to].entries()) {
    const peer = `link add port${i} master plain type veth peer name eth0 netns ${pid}`;
    bridge.run("ip", ...peer.split(" "));
    bridge.run("ip", "link", "set", "dev", `port${i}`, "up");
    const inside = `ip address add 10.9.0.${i + 1}/24 dev eth0; ip link set dev eth0 up; ip link set dev lo up`;
    bridge.run("nsenter", "-t", String(pid), "-n", "sh", "-ec", inside);
  }
  return { from, to, address: "10.9.0.2" };
}

async function measureChanges(network: LinuxNetwork, a: Sandbox, b: Sandbox): Promise<Measurement[]> {
  const others = Array.from({ length: 1000 }, (_, i) => ({
    ...interfaceSpec(`10.1.1.${i % 250}`),
    networkInterfaceId: `eni-other-${i}`,
    privateIpv4Address: `10.1.${4 + (i >> 8)}.${i & 255}`,
    macAddress: `02:00:01:00:0${i >> 8}:${(i & 255).toString(16).padStart(2, "0")}`,
    subnetId: "subnet-others",
  }));
  const [one, two] = [interfaceSpec("10.1.0.10"), interfaceSpec("10.1.0.11")];
  const vpc = vpcSpec(1);
  const subnets = [...vpc.subnets, { subnetId: "subnet-others", cidr: "10.1.4.0/22", egress: "none" as const }];
  const apply = (interfaces: typeof others) => network.apply({ vpcs: [{ ...vpc, subnets, interfaces }] });
  const all = await timed(() => apply([one, two, ...others]));
  const changes: number[] = [];
  for (let i = 0; i < 20; i++) {
    changes.push(await timed(() => apply(i % 2 === 0 ? [one, two, ...others.slice(1)] : [one, two, ...others])));
  }
  const attaches: number[] = [];
  for (let i = 0; i < 20; i++) {
    attaches.push(await timed(() => network.attach(one.networkInterfaceId, a)));
    if (i < 19) await network.detach(one.networkInterfaceId);
  }
  await network.attach(two.networkInterfaceId, b);
  return [
    { name: "attach an interface", value: quantile(attaches, 0.5), unit: "ms", goal: { atMost: 10 } },
    { name: "apply one more of 1,000 interfaces", value: quantile(changes, 0.5), unit: "ms", note: "changes two sets" },
    { name: "apply 1,000 interfaces to a new VPC", value: all, unit: "ms", note: "what a restart does" },
  ];
}

async function measureTraffic(pairs: readonly Pair[]): Promise<Measurement[]> {
  const latency = pairs.map(() => [] as number[]);
  const rate = pairs.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, pair] of pairs.entries()) {
      latency[i]!.push(quantile((await ask(pair, 10_000, 1)).micros, 0.5));
      rate[i]!.push((await ask(pair, 60_000, 64)).perSecond * 2);
    }
  }
  const [platformLatency, plainLatency] = latency.map((samples) => quantile(samples, 0.5)) as [number, number];
  const [platformRate, plainRate] = rate.map((samples) => quantile(samples, 0.5)) as [number, number];
  return [
    { name: "packets between two tasks", value: platformRate, unit: "1/s", note: "64 bytes, UDP, both ways" },
    { name: "packets between plain namespaces", value: plainRate, unit: "1/s" },
    { name: "packets, tasks : plain", value: platformRate / plainRate, unit: "x", goal: { atLeast: 0.7 } },
    { name: "round trip between two tasks", value: platformLatency, unit: "us", note: "median" },
    { name: "round trip between plain namespaces", value: plainLatency, unit: "us", note: "median" },
    { name: "round trip, tasks : plain", value: platformLatency / plainLatency, unit: "x", goal: { atMost: 1.4 } },
    ...kernelOnly(pairs),
  ];
}

/** `ping -f` where it is there: the kernel's work alone, without the programs at both ends. */
function kernelOnly(pairs: readonly Pair[]): Measurement[] {
  const flood = ({ from, address }: Pair): number => {
    const output = from.run("ping", "-f", "-q", "-c", "20000", address);
    return Number(/= [\d.]+\/([\d.]+)\//.exec(output)?.[1]) * 1000;
  };
  try {
    const [platform, plain] = pairs.map(flood) as [number, number];
    return [
      { name: "flood ping between two tasks", value: platform, unit: "us", note: "the kernel's share alone" },
      { name: "flood ping between plain namespaces", value: plain, unit: "us" },
    ];
  } catch (error) {
    console.log(`ping -f was left out: ${(error as Error).message.split("\n")[0]}`);
    return [];
  }
}

async function ask({ from, address }: Pair, roundTrips: number, window: number): Promise<Answer> {
  const child = inside(from, "ask", address, String(port), String(roundTrips), String(window));
  const chunks: Buffer[] = [];
  child.stdout!.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(child, "close");
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

async function startEcho(sandbox: Sandbox): Promise<ChildProcess> {
  const child = inside(sandbox, "echo", String(port));
  await once(child.stdout!, "data");
  return child;
}

function inside({ pid }: Sandbox, ...args: readonly string[]): ChildProcess {
  const command = ["-t", String(pid), "-n", process.execPath, peerProgram, ...args];
  return spawn("nsenter", command, { stdio: ["ignore", "pipe", "inherit"] });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
