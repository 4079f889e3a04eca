/**
 * The API of a platform with a fake host: signed DescribeTasks and ListTasks with 1,000 tasks, beside a bare node:http
 * server that answers the same bytes without looking; and RunTask, durable, while scheduler, lifecycle and agent
 * follow, beside the rows of one RunTask written by `node:sqlite` alone. The platform has one processor to itself as
 * far as the machine allows, this process the other. Rates are by second of wall time, and by second of the server's
 * processor time, which other work on the machine blurs less. `node bench/api.ts [seconds] [--json]`
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Client, createClient } from "#cli/client.ts";
import { type Measurement, quantile, report } from "./report.ts";
import { type Credentials, type Driven, drive, requestBytes } from "./support/load.ts";
import { pin, type Server, serve } from "./support/server.ts";
import { defaultSubnets, prepareTasks, temporaryFolder } from "./support/up.ts";

const seconds = Number(process.argv[2]) || 2;
const [serverCore, clientCore] = [0, 1];
const connections = 16;
const rounds = 3;
const taskCount = 1000;
const warmUpTasks = 500;
/** Of one RunTask in the store: the task, and the token by which it is known again. */
const rowBytes = [2200, 190];

if (process.argv[2] === "bare") await serveBare(Number(process.argv[3]));
else await run();

async function run(): Promise<void> {
  const folder = temporaryFolder("api");
  pin(process.pid, clientCore);
  const server = await serve({ dataDir: join(folder.path, "data"), core: serverCore });
  try {
    const client = createClient({
      endpoint: `http://127.0.0.1:${server.port}`,
      region: "us-east-1",
      ...server.credentials,
    });
    await prepareTasks(client, "fake/run-forever");
    const input = runTaskInput(await defaultSubnets(client));
    await runTasks(server, input, taskCount);
    const measurements = [...(await benchReads(server, client)), ...(await benchRunTask(server, input, folder.path))];
    client.close();
    report("api", measurements);
  } finally {
    await server.stop();
    folder.remove();
  }
}

async function benchReads(server: Server, client: Client): Promise<Measurement[]> {
  const { taskArns = [] } = await client.ecs("ListTasks", { cluster: "bench", maxResults: 10 });
  const reads = [
    {
      name: "DescribeTasks of one task",
      operation: "DescribeTasks",
      input: { cluster: "bench", tasks: [taskArns[0]] },
      atLeast: 5000,
    },
    {
      name: "DescribeTasks of 10 tasks",
      operation: "DescribeTasks",
      input: { cluster: "bench", tasks: taskArns },
      // 19 KB an answer, and IAM is asked about each task: 20,000 tasks a second.
      atLeast: 2000,
    },
    {
      name: "ListTasks, a page of 10",
      operation: "ListTasks",
      input: { cluster: "bench", maxResults: 10 },
      atLeast: 5000,
    },
    { name: "ListTasks, a page of 100", operation: "ListTasks", input: { cluster: "bench" }, atLeast: 5000 },
  ] as const;
  const measurements: Measurement[] = [];
  for (const { name, operation, input, atLeast } of reads) {
    const answer = await client.ecs(operation, input as never);
    const bytes = JSON.stringify(answer).length;
    measurements.push(...(await benchRead(server, { name, operation, input, bytes, atLeast })));
  }
  return measurements;
}

interface ReadBench {
  readonly name: string;
  readonly operation: string;
  readonly input: object;
  /** Of the answer. */
  readonly bytes: number;
  /** The goal: answers a second of the server's processor time. */
  readonly atLeast: number;
}

async function benchRead(server: Server, { name, operation, input, bytes, atLeast }: ReadBench) {
  const bare = await startBare(bytes);
  const samples: { readonly platform: Rate; readonly bare: Rate }[] = [];
  const requestTo = (port: number) => requestBytes({ ...callOf(server, operation, input), port });
  await drive({ port: server.port, request: requestTo(server.port), connections, seconds: seconds / 2 });
  for (let round = 0; round < rounds; round++) {
    samples.push({
      platform: await rateOf(server, requestTo(server.port)),
      bare: await rateOf(bare, requestTo(bare.port)),
    });
  }
  bare.stop();
  const median = (pick: (sample: (typeof samples)[number]) => number) => quantile(samples.map(pick), 0.5);
  const perCore = median(({ platform }) => platform.perCpuSecond);
  const bareNote = `bare node:http: ${Math.round(median((sample) => sample.bare.perCpuSecond))}/s by core`;
  return [
    { name, value: perCore, unit: "1/s", goal: { atLeast }, note: "by second of the server's processor time" },
    { name: `${name}, wall`, value: median(({ platform }) => platform.perSecond), unit: "1/s" },
    { name: `${name}, p99`, value: median(({ platform }) => platform.p99Ms), unit: "ms", goal: { atMost: 50 } },
    {
      name: `${name}, of bare node:http`,
      value: median((sample) => sample.platform.perCpuSecond / sample.bare.perCpuSecond),
      unit: "x",
      note: bareNote,
    },
  ] satisfies Measurement[];
}

/** RunTask as fast as it goes for the same time in each round; in between the platform catches up. */
async function benchRunTask(server: Server, input: object, folder: string): Promise<Measurement[]> {
  await runTasks(server, input, warmUpTasks);
  const samples: { readonly rate: Rate; readonly running: number; readonly cpuMsPerTask: number; raw: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = await server.used();
    const request = requestBytes(callOf(server, "RunTask", input));
    const driven = await drive({
      port: server.port,
      request,
      connections,
      seconds: Number.POSITIVE_INFINITY,
      most: 1000,
    });
    const after = await server.used();
    const waiting = await settled(server);
    const end = await server.used();
    const used = after.cpuSeconds - before.cpuSeconds;
    samples.push({
      rate: toRate(driven, used),
      running: driven.count / (driven.seconds + waiting),
      cpuMsPerTask: ((end.cpuSeconds - before.cpuSeconds) * 1000) / driven.count,
      raw: rawCommits(join(folder, `raw-${round}.db`)),
    });
  }
  const median = (pick: (sample: (typeof samples)[number]) => number) => quantile(samples.map(pick), 0.5);
  return [
    {
      name: "RunTask",
      value: median(({ rate }) => rate.perSecond),
      unit: "1/s",
      goal: { atLeast: 1500 },
      note: "durable",
    },
    { name: "RunTask, p99", value: median(({ rate }) => rate.p99Ms), unit: "ms", goal: { atMost: 50 } },
    {
      name: "RunTask, of raw node:sqlite",
      value: median(({ rate, raw }) => rate.perSecond / raw),
      unit: "x",
      note: `raw: ${Math.round(median(({ raw }) => raw))}/s, ${connections} in a transaction`,
    },
    { name: "tasks to RUNNING", value: median(({ running }) => running), unit: "1/s", note: "4 durable commits each" },
    { name: "processor time of a task to RUNNING", value: median(({ cpuMsPerTask }) => cpuMsPerTask), unit: "ms" },
  ];
}

interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly p99Ms: number;
}

async function rateOf(server: Pick<Server, "port" | "used">, request: Buffer): Promise<Rate> {
  const before = await server.used();
  const driven = await drive({ port: server.port, request, connections, seconds });
  const after = await server.used();
  return toRate(driven, after.cpuSeconds - before.cpuSeconds);
}

function toRate(driven: Driven, cpuSeconds: number): Rate {
  return {
    perSecond: driven.count / driven.seconds,
    perCpuSecond: driven.count / cpuSeconds,
    p99Ms: quantile(driven.latenciesMs, 0.99),
  };
}

async function runTasks(server: Server, input: object, count: number): Promise<void> {
  const request = requestBytes(callOf(server, "RunTask", input));
  await drive({ port: server.port, request, connections, seconds: Number.POSITIVE_INFINITY, most: count });
  await settled(server);
}

/** Resolves when every task runs, with the seconds that it took. */
async function settled(server: Server): Promise<number> {
  const startedAt = performance.now();
  while (Object.keys(await server.statuses()).some((status) => status !== "RUNNING")) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return (performance.now() - startedAt) / 1000;
}

function callOf(
  server: { readonly port: number; readonly credentials: Credentials },
  operation: string,
  input: object,
) {
  const target = `AmazonEC2ContainerServiceV20141113.${operation}`;
  return { port: server.port, credentials: server.credentials, signingName: "ecs", target, input };
}

function runTaskInput(subnets: readonly string[]): object {
  const networkConfiguration = { awsvpcConfiguration: { subnets } };
  return { cluster: "bench", taskDefinition: "bench", launchType: "FARGATE", networkConfiguration };
}

/** Commits a second of as many RunTasks at once as there are connections, by SQLite alone. */
function rawCommits(path: string): number {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE log (id INTEGER PRIMARY KEY, value TEXT)");
  const insert = db.prepare("INSERT INTO log (value) VALUES (?)");
  const values = rowBytes.map((bytes) => "x".repeat(bytes));
  const transactions = 200;
  const startedAt = performance.now();
  for (let i = 0; i < transactions; i++) {
    db.exec("BEGIN");
    for (let task = 0; task < connections; task++) for (const value of values) insert.run(value);
    db.exec("COMMIT");
  }
  const took = (performance.now() - startedAt) / 1000;
  db.close();
  return (transactions * connections) / took;
}

interface Bare extends Pick<Server, "port" | "used"> {
  stop(): void;
}

async function startBare(bytes: number): Promise<Bare> {
  const child: ChildProcess = fork(import.meta.filename, ["bare", String(bytes)]);
  pin(child.pid!, serverCore);
  const [port] = (await once(child, "message")) as [number];
  return {
    port,
    async used() {
      child.send("used");
      const [cpuSeconds] = (await once(child, "message")) as [number];
      return { cpuSeconds, rssMiB: 0, voluntarySwitches: 0 };
    },
    stop: () => child.disconnect(),
  };
}

/** Reads the body, answers with as many bytes as the platform does. */
async function serveBare(bytes: number): Promise<void> {
  const body = "x".repeat(bytes);
  const server = createServer((request, response) => {
    request.on("data", () => undefined);
    request.on("end", () => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1", "content-length": bytes }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send!((user + system) / 1e6);
  });
  process.on("disconnect", () => process.exit(0));
  process.send!((server.address() as { port: number }).port);
}
