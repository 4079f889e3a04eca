/**
 * Services on a platform with a fake host: a service of 200 tasks from CreateService to its steady state; 1,000
 * services of 10 tasks that rest; and how long it takes from the record of a task's end to the commit with its
 * replacement while these 10,000 tasks are there. The platform may use all processors, as it does for users: V8 marks
 * what lives beside the event loop. `node bench/services-scale.ts [services] [--json]`
 */
import { join } from "node:path";
import { type Client, createClient } from "#cli/client.ts";
import { type Measurement, quantile, report } from "./report.ts";
import { type Server, serve } from "./support/server.ts";
import { defaultSubnets, prepareTasks, temporaryFolder } from "./support/up.ts";

const serviceCount = Number(process.argv[2]) || 1000;
const tasksOfEach = 10;
const tasksOfLarge = 200;
const largeRounds = 3;
const decisionCount = Math.min(300, serviceCount);
const idleSeconds = 10;
/** CreateService calls at once. */
const callers = 8;
/** After the last task has started: timers of seconds have passed, and V8 has tidied up what the start left. */
const restMs = 15_000;
const lookAgainMs = 10;

const folder = temporaryFolder("services-scale");
// Without the 40 seconds after which a task without a health check counts as healthy: nothing happens in them.
const server = await serve({ dataDir: join(folder.path, "data"), env: { ESTIVA_SETTLE_SECONDS: "0" } });
const connection = { endpoint: `http://127.0.0.1:${server.port}`, region: "us-east-1", ...server.credentials };
const client = createClient(connection);
try {
  await prepareTasks(client, "fake/run-forever");
  const subnets = await defaultSubnets(client);
  report("services-scale", [...(await benchLarge(subnets)), ...(await benchMany(subnets))]);
} finally {
  client.close();
  await server.stop();
  folder.remove();
}

async function benchLarge(subnets: readonly string[]): Promise<Measurement[]> {
  const samples: { readonly wallMs: number; readonly cpuMs: number }[] = [];
  for (let round = 0; round < largeRounds; round++) {
    const before = await server.used();
    const startedAt = performance.now();
    await create(client, `large-${round}`, tasksOfLarge, subnets);
    await until(async () => (await server.steadyServices()) === round + 1);
    const wallMs = performance.now() - startedAt;
    samples.push({ wallMs, cpuMs: ((await server.used()).cpuSeconds - before.cpuSeconds) * 1000 });
  }
  const median = (pick: (sample: (typeof samples)[number]) => number) => quantile(samples.map(pick), 0.5);
  const name = `service of ${tasksOfLarge} to its steady state`;
  return [
    {
      ...{ name: `${name}, processor time`, value: median(({ cpuMs }) => cpuMs), unit: "ms", goal: { atMost: 2000 } },
      note: "agent and fake engine in it",
    },
    { name: `${name}, wall`, value: median(({ wallMs }) => wallMs), unit: "ms" },
  ];
}

async function benchMany(subnets: readonly string[]): Promise<Measurement[]> {
  const names = Array.from({ length: serviceCount }, (_, i) => `small-${i}`);
  const startedAt = performance.now();
  const createNext = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await create(client, name, tasksOfEach, subnets);
    }
  };
  await Promise.all(Array.from({ length: callers }, createNext));
  await until(async () => (await server.steadyServices()) === serviceCount + largeRounds);
  const tookSeconds = (performance.now() - startedAt) / 1000;
  await sleep(restMs);
  const idle = await measureIdle(server);
  const decisions = await server.decisions(decisionCount);
  const [times, cpuTimes] = [decisions.map(({ wallMs }) => wallMs), decisions.map(({ cpuMs }) => cpuMs)];
  const count = `${serviceCount} services of ${tasksOfEach}`;
  return [
    { name: `${count} to their steady state`, value: tookSeconds, unit: "s" },
    { name: `${count}, idle, of a core`, value: idle * 100, unit: "%", goal: { atMost: 2 } },
    { name: "end of a task to its replacement's record", value: quantile(times, 0.5), unit: "ms", note: "median" },
    {
      ...{ name: "end of a task to its replacement's record, p99", value: quantile(times, 0.99), unit: "ms" },
      ...{ goal: { atMost: 20 }, note: `${times.length} of them, ${serviceCount * tasksOfEach} tasks` },
    },
    { name: "the same, processor time, p99", value: quantile(cpuTimes, 0.99), unit: "ms" },
  ];
}

/** The share of one processor. */
async function measureIdle(measured: Server): Promise<number> {
  const before = await measured.used();
  await sleep(idleSeconds * 1000);
  const after = await measured.used();
  return (after.cpuSeconds - before.cpuSeconds) / idleSeconds;
}

async function create(from: Client, serviceName: string, desiredCount: number, subnets: readonly string[]) {
  await from.ecs("CreateService", {
    ...{ cluster: "bench", serviceName, taskDefinition: "bench", launchType: "FARGATE", desiredCount },
    networkConfiguration: { awsvpcConfiguration: { subnets } },
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(lookAgainMs);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
