/**
 * A warm `./estiva up` on this machine's engine: how long until it is ready, what it holds in memory, and what it costs
 * when nothing happens; with an empty store, and with many stopped tasks in it. The start is set beside that of a
 * Node.js that does nothing, by turns. `node bench/platform.ts [tasks] [--json]`
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "#cli/client.ts";
import { findEngine } from "#host/runtime/docker/find-engine.ts";
import { type Measurement, quantile, report } from "./report.ts";
import { drive, requestBytes } from "./support/load.ts";
import { serve } from "./support/server.ts";
import { defaultSubnets, prepareTasks, startUp, temporaryFolder } from "./support/up.ts";

const taskCount = Number(process.argv[2]) || 10_000;
const starts = 5;
/** A RunTask of the state has so many tasks. */
const tasksAtOnce = 10;
const settleMs = 3000;
const idleSeconds = 10;

interface Measured {
  readonly readyMs: number;
  /** Of a Node.js that does nothing, started in between. */
  readonly nodeMs: number;
  readonly rssMiB: number;
  /** In `idleSeconds`. */
  readonly idleSwitches: number;
  readonly idleCpuMs: number;
}

const { engine, failures } = await findEngine(process.env);
if (engine === undefined) {
  console.error(`No container engine answers: ${failures.map(({ reason }) => reason).join("; ")}`);
  process.exit(1);
}
const folder = temporaryFolder("platform");
try {
  const empty = await measure(join(folder.path, "empty"));
  const full = join(folder.path, "full");
  await fill(full);
  const withTasks = await measure(full);
  const tasks = `${taskCount.toLocaleString("en-US")} tasks`;
  report("platform", [
    ...rows("empty store", empty, { readyMs: 1000, rssMiB: 150 }),
    ...rows(`${tasks} of state`, withTasks, { readyMs: 3000 }),
  ]);
} finally {
  folder.remove();
}

function rows(what: string, measured: Measured, goals: { readyMs: number; rssMiB?: number }): Measurement[] {
  const { readyMs, nodeMs, rssMiB, idleSwitches, idleCpuMs } = measured;
  const wakeUps = idleSwitches / idleSeconds;
  return [
    {
      name: `ready, ${what}`,
      value: readyMs,
      unit: "ms",
      goal: { atMost: goals.readyMs },
      note: `of ${starts} starts`,
    },
    { name: `ready, ${what}, of a bare node`, value: readyMs / nodeMs, unit: "x" },
    { name: `memory, ${what}`, value: rssMiB, unit: "MiB", ...(goals.rssMiB && { goal: { atMost: goals.rssMiB } }) },
    { name: `idle wake-ups, ${what}`, value: wakeUps, unit: "1/s", note: "voluntary context switches" },
    { name: `idle processor time, ${what}`, value: idleCpuMs / idleSeconds, unit: "ms/s", goal: { atMost: 5 } },
  ];
}

/** The first start makes the folder and what V8 keeps compiled; then the median of several, and an idle while. */
async function measure(dataDir: string): Promise<Measured> {
  const [readyMs, nodeMs]: [number[], number[]] = [[], []];
  await (await startUp(dataDir)).stop();
  for (let i = 0; i < starts; i++) {
    const before = performance.now();
    spawnSync(process.execPath, ["-e", "0"]);
    nodeMs.push(performance.now() - before);
    const up = await startUp(dataDir);
    readyMs.push(up.readyMs);
    await up.stop();
  }
  const up = await startUp(dataDir);
  try {
    await pause(settleMs);
    const before = processOf(up.pid);
    await pause(idleSeconds * 1000);
    const after = processOf(up.pid);
    return {
      readyMs: quantile(readyMs, 0.5),
      nodeMs: quantile(nodeMs, 0.5),
      rssMiB: after.rssMiB,
      idleSwitches: after.switches - before.switches,
      idleCpuMs: after.cpuMs - before.cpuMs,
    };
  } finally {
    await up.clear();
  }
}

/** Runs tasks that end at once on a fake host, on the folder's own store. */
async function fill(dataDir: string): Promise<void> {
  const server = await serve({ dataDir });
  const { port, credentials } = server;
  const client = createClient({ endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", ...credentials });
  await prepareTasks(client, "fake/exit");
  const input = {
    ...{ cluster: "bench", taskDefinition: "bench", launchType: "FARGATE", count: tasksAtOnce },
    networkConfiguration: { awsvpcConfiguration: { subnets: await defaultSubnets(client) } },
  };
  client.close();
  const target = "AmazonEC2ContainerServiceV20141113.RunTask";
  const request = requestBytes({ port, credentials, target, signingName: "ecs", input });
  const most = Math.ceil(taskCount / tasksAtOnce);
  await drive({ port, request, connections: 4, seconds: Number.POSITIVE_INFINITY, most });
  while (Object.keys(await server.statuses()).some((status) => status !== "STOPPED")) await pause(100);
  await server.stop();
}

/** What the kernel says of a process: all threads' processor time and voluntary context switches. */
function processOf(pid: number): { readonly rssMiB: number; readonly cpuMs: number; readonly switches: number } {
  const number = (text: string, name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]); // utime, stime: 1/100 s
  return {
    rssMiB: number(status, "VmRSS") / 1024,
    cpuMs: ticks * 10,
    switches: number(status, "voluntary_ctxt_switches"),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
