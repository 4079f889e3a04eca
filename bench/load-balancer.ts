/**
 * Requests through a load balancer node's HAProxy, beside plain HAProxy with a configuration written by hand for the
 * same targets: `node bench/load-balancer.ts [--json]`. Both run at once and are asked in turns, so that what else the
 * machine does hits both. Then how soon targets get requests and get none, and 1,000 targets at once.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TargetHealthReport } from "#kernel/load-balancing.ts";
import { type Loopback, noProxy, startLoopback } from "../test/contracts/load-balancer/loopback.ts";
import { forward, freePort, groupOf, listenerOf, nodeOf, targetOf } from "../test/contracts/load-balancer/nodes.ts";
import { type Measurement, quantile, report } from "./report.ts";
import { type Driven, drive } from "./support/load.ts";

const rounds = 10;
const secondsEach = 1.5;
const connections = 32;
const manyTargets = 1_000;

const globalLines = `global
  maxconn 2000
  nbthread 2`;
/** Heads of 64 KiB, as Elastic Load Balancing takes them. */
const largeHeadLines = `
  tune.bufsize 69632
  tune.maxrewrite 4096`;
const random = "%[rand,bytes(4,4),hex,lower]";
/** What Elastic Load Balancing tells targets, by the settings that HAProxy has for it. */
const headerLines = `
  option forwardfor
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Port 80
  unique-id-format "Root=1-%[date,bytes(4,4),hex,lower]-${random.repeat(3)}"
  unique-id-header X-Amzn-Trace-Id`;
const defaultLines = `defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s`;

const isUsed = ({ state }: TargetHealthReport) => state === "healthy";
const folder = mkdtempSync(join(tmpdir(), "estiva-bench-"));
const children: ChildProcess[] = [];
if (noProxy !== undefined) console.log(noProxy);
else await main().finally(() => rmSync(folder, { recursive: true }));

async function main(): Promise<void> {
  const balancer = await startLoopback();
  try {
    report("load-balancer", [
      ...(await throughput(balancer)),
      ...(await switching(balancer)),
      await registering(balancer),
    ]);
  } finally {
    await balancer.close();
    for (const child of children) child.kill("SIGKILL");
  }
}

async function throughput(balancer: Loopback): Promise<Measurement[]> {
  const backends = [await freePort(), await freePort()];
  await startProxy("backends", backendConfig(backends));
  const [plainPort, alikePort, port] = [await freePort(), await freePort(), await freePort()];
  const plain = await startProxy("plain", plainConfig(plainPort, backends));
  const alike = await startProxy("alike", plainConfig(alikePort, backends, largeHeadLines, headerLines));
  const group = groupOf(
    "bench",
    backends.map((each) => targetOf(each)),
  );
  const attributes = { ...nodeOf({}).attributes, accessLogs: false };
  // As most listeners: of port 80, which the host is asked for without a port.
  const listener = { ...listenerOf(80, forward(group)), boundPort: port };
  await balancer.apply(nodeOf({ listeners: [listener], targetGroups: [group], attributes }));
  await balancer.untilHealth((all) => all.length === 2 && all.every(isUsed));
  const ours = workerOf(balancer.master()!.pid!);
  const sides = {
    plain: { port: plainPort, pid: plain.pid! },
    alike: { port: alikePort, pid: alike.pid! },
    node: { port, pid: ours },
  };
  const results = { plain: [] as Round[], alike: [] as Round[], node: [] as Round[] };
  const inTurn = ["plain", "alike", "node"] as const;
  for (const { port: each } of Object.values(sides)) await drive(options(each));
  for (let i = 0; i < rounds; i++) {
    for (const side of i % 2 === 0 ? inTurn : inTurn.toReversed()) {
      results[side].push(await round(sides[side]));
    }
  }
  const median = (values: readonly number[]) => quantile(values, 0.5);
  const rate = (side: readonly Round[]) => median(side.map(({ driven }) => driven.count / driven.seconds));
  const perCore = (side: readonly Round[]) => median(side.map(({ driven, cpuSeconds }) => driven.count / cpuSeconds));
  const ms = (side: readonly Round[], q: number) => median(side.map(({ driven }) => quantile(driven.latenciesMs, q)));
  const of = (q: number) => `plain HAProxy: ${ms(results.plain, q).toFixed(2)} ms`;
  const beside = `plain HAProxy: ${Math.round(rate(results.plain))}/s`;
  const versus = (name: string, reference: readonly Round[], goal: Measurement["goal"], note: string) => [
    { name: `requests, of ${name}`, value: rate(results.node) / rate(reference), unit: "x", goal, note },
    { name: `requests by core, of ${name}`, value: perCore(results.node) / perCore(reference), unit: "x" },
  ];
  return [
    { name: "requests", value: Math.round(rate(results.node)), unit: "1/s", note: beside },
    ...versus("plain HAProxy", results.plain, { atLeast: 0.95 }, "in one run"),
    ...versus("plain HAProxy that does the same", results.alike, undefined, "its headers, and heads of 64 KiB"),
    { name: "p50", value: ms(results.node, 0.5), unit: "ms", note: of(0.5) },
    { name: "p99", value: ms(results.node, 0.99), unit: "ms", note: of(0.99) },
  ];
}

interface Round {
  readonly driven: Driven;
  readonly cpuSeconds: number;
}

async function round({ port, pid }: { readonly port: number; readonly pid: number }): Promise<Round> {
  const before = cpuSecondsOf(pid);
  const driven = await drive(options(port));
  return { driven, cpuSeconds: cpuSecondsOf(pid) - before };
}

function options(port: number) {
  const lines = ["GET /path?query=1 HTTP/1.1", "Host: bench.example", "User-Agent: bench", "Accept: */*", "", ""];
  return { port, request: Buffer.from(lines.join("\r\n")), connections, seconds: secondsEach };
}

/** From a target's first good answer to a check to its first request; from its first bad one to its last request. */
async function switching(balancer: Loopback): Promise<Measurement[]> {
  const [tested, steady] = [await startSwitch(), await startSwitch()];
  const port = await freePort();
  const group = groupOf("switching", [targetOf(steady.port)]);
  const listeners = [listenerOf(port, forward(group))];
  const isHealthy = (count: number) => balancer.untilHealth((all) => all.length === count && all.every(isUsed));
  await balancer.apply(nodeOf({ listeners, targetGroups: [group] }));
  await isHealthy(1);
  let ending = false;
  const load = (async () => {
    while (!ending) await (await fetch(`http://127.0.0.1:${port}/`)).text();
  })();
  const both = { ...group, targets: [targetOf(tested.port), ...group.targets] };
  await balancer.apply(nodeOf({ listeners, targetGroups: [both] }));
  await isHealthy(2);
  while (tested.times.first === undefined) await sleep(5);
  tested.answer(503);
  await balancer.untilHealth((all) => all.some(({ state }) => state === "unhealthy"));
  await sleep(300);
  ending = true;
  await load;
  await tested.close();
  await steady.close();
  const { good, first, bad, last } = tested.times;
  const checks = "checks every second, two failures";
  return [
    { name: "first healthy answer to first request", value: first! - good!, unit: "ms", goal: { atMost: 100 } },
    {
      name: "first failed check to last request",
      value: last! - bad!,
      unit: "ms",
      goal: { atMost: 1500 },
      note: checks,
    },
  ];
}

/** A target that notes when it was first asked, and asked last, and when its checks went well and badly. */
async function startSwitch() {
  let status = 200;
  const times: { good?: number; first?: number; bad?: number; last?: number } = {};
  const server = createServer((request, response) => {
    const now = performance.now();
    if (request.url === "/health") {
      if (status === 200) times.good ??= now;
      else if (times.good !== undefined) times.bad ??= now;
      response.writeHead(status).end();
      return;
    }
    times.first ??= now;
    times.last = now;
    response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    times,
    answer(next: number) {
      status = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Until all of them are used: they are registered at once, at addresses of their own. */
async function registering(balancer: Loopback): Promise<Measurement> {
  const backend = await freePort();
  await startProxy("many", backendConfig([backend], "0.0.0.0"));
  const targets = Array.from({ length: manyTargets }, (_, i) => {
    const address = `127.1.${i >> 8}.${i & 255}`;
    return targetOf(backend, { address, targetKey: `${address}:${backend}` });
  });
  const group = groupOf("many", targets, { healthCheck: { ...groupOf("x", []).healthCheck, intervalSeconds: 10 } });
  const listeners = [listenerOf(await freePort(), forward(group))];
  await balancer.apply(nodeOf({ listeners, targetGroups: [{ ...group, targets: [] }] }));
  const began = performance.now();
  await balancer.apply(nodeOf({ listeners, targetGroups: [group] }));
  const note = `told after ${Math.round(performance.now() - began)} ms`;
  await balancer.untilHealth((all) => all.length === manyTargets && all.every(isUsed));
  const value = Math.round(performance.now() - began);
  return { name: `${manyTargets} targets registered and healthy`, value, unit: "ms", goal: { atMost: 5000 }, note };
}

async function startProxy(name: string, config: string): Promise<ChildProcess> {
  const path = join(folder, `${name}.cfg`);
  writeFileSync(path, config);
  const child = spawn("haproxy", ["-f", path], { stdio: "ignore" });
  children.push(child);
  await once(child, "spawn");
  const port = Number(/bind \S+:(\d+)/.exec(config)![1]);
  while (
    !(await fetch(`http://127.0.0.1:${port}/`).then(
      (answer) => answer.text(),
      () => "",
    ))
  )
    await sleep(20);
  return child;
}

/** As one would write it by hand. */
function plainConfig(port: number, backends: readonly number[], tuning = "", frontend = ""): string {
  return `${globalLines}${tuning}
${defaultLines}
frontend web
  bind 127.0.0.1:${port}${frontend}
  default_backend targets
backend targets
  balance roundrobin
  option httpchk GET /health
${backends.map((each) => `  server s${each} 127.0.0.1:${each} check inter 1s`).join("\n")}
`;
}

function backendConfig(ports: readonly number[], address = "127.0.0.1"): string {
  return `${globalLines}
${defaultLines}
frontend targets
${ports.map((port) => `  bind ${address}:${port}`).join("\n")}
  http-request return status 200 content-type text/plain string "${"x".repeat(200)}"
`;
}

/** The worker that serves: the newest child of the master. */
function workerOf(master: number): number {
  const pids = readFileSync(`/proc/${master}/task/${master}/children`, "utf8").trim().split(" ").map(Number);
  return Math.max(...pids);
}

/** Processor time of a process, in the kernel's hundredths of a second. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
