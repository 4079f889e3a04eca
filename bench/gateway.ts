/**
 * Signed requests that the gateway answers a second on one core, beside a bare node:http server that answers the same
 * bytes without looking: `node bench/gateway.ts [--json]`. Servers run in processes of their own; what is counted is
 * requests by the seconds of processor time that the server used, so that the client's share does not blur the result.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { credentials, fakeService, testGateway } from "../test/support/gateway.ts";
import { type Measurement, report } from "./report.ts";
import { drive, requestBytes } from "./support/load.ts";

const connections = 16;
const warmUpSeconds = 1;
const seconds = 3;

const taskArns = Array.from({ length: 10 }, (_, i) =>
  `arn:aws:ecs:us-east-1:000000000000:task/web/${i}`.padEnd(80, "0"),
);
const answers: Readonly<Record<string, object>> = {
  ListTasks: { taskArns },
  DescribeTasks: { tasks: taskArns.map(taskOf), failures: [] },
};
const inputs: Readonly<Record<string, object>> = {
  ListTasks: { cluster: "web", maxResults: 10 },
  DescribeTasks: { cluster: "web", tasks: taskArns, include: ["TAGS"] },
};

if (process.argv[2] === "serve") await serve(process.argv[3] === "gateway");
else await compare();

async function compare(): Promise<void> {
  const measurements: Measurement[] = [];
  for (const operation of Object.keys(inputs)) {
    const bare = await measure("bare", operation);
    const gateway = await measure("gateway", operation);
    measurements.push(
      { name: `${operation}, signed`, value: gateway, unit: "1/s", goal: { atLeast: 5000 }, note: "by core" },
      { name: `${operation}, of bare node:http`, value: gateway / bare, unit: "x", note: `bare: ${bare}/s by core` },
    );
  }
  report("gateway", measurements);
}

/** Requests by second of the server's processor time. */
async function measure(kind: "bare" | "gateway", operation: string): Promise<number> {
  const server = fork(import.meta.filename, ["serve", kind], { execArgv: [] });
  const [port] = (await once(server, "message")) as [number];
  const request = requestTo(port, operation);
  await drive({ port, request, connections, seconds: warmUpSeconds });
  const before = await cpuSecondsOf(server);
  const { count } = await drive({ port, request, connections, seconds });
  const used = (await cpuSecondsOf(server)) - before;
  server.disconnect();
  return Math.round(count / used);
}

async function cpuSecondsOf(server: ChildProcess): Promise<number> {
  server.send("cpu");
  const [used] = (await once(server, "message")) as [number];
  return used;
}

function requestTo(port: number, operation: string): Buffer {
  const target = `AmazonEC2ContainerServiceV20141113.${operation}`;
  return requestBytes({ port, credentials, target, signingName: "ecs", input: inputs[operation]! });
}

async function serve(gateway: boolean): Promise<void> {
  const port = gateway ? await serveGateway() : await serveBare();
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send!((user + system) / 1e6);
  });
  process.on("disconnect", () => process.exit(0));
  process.send!(port);
}

function serveGateway(): Promise<number> {
  const operations = Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, async () => answer]));
  return testGateway([fakeService("ecs", operations)]).gateway.listen("127.0.0.1", 0);
}

/** Reads the body, answers with bytes made beforehand. */
async function serveBare(): Promise<number> {
  const bodies = new Map(Object.entries(answers).map(([name, answer]) => [name, JSON.stringify(answer)]));
  const server = createServer((request, response) => {
    request.on("data", () => undefined);
    request.on("end", () => {
      const body = bodies.get(String(request.headers["x-amz-target"]).split(".")[1]!)!;
      const headers = { "content-type": "application/x-amz-json-1.1", "content-length": Buffer.byteLength(body) };
      response.writeHead(200, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

function taskOf(taskArn: string): object {
  const at = Date.UTC(2026, 0, 31);
  return {
    ...{ taskArn, clusterArn: "arn:aws:ecs:us-east-1:000000000000:cluster/web", launchType: "FARGATE" },
    ...{ lastStatus: "RUNNING", desiredStatus: "RUNNING", cpu: "256", memory: "512", version: 4, group: "family:web" },
    ...{ createdAt: at, startedAt: at, pullStartedAt: at, pullStoppedAt: at, connectivityAt: at },
    containers: [{ name: "app", image: "busybox", lastStatus: "RUNNING", networkInterfaces: [], cpu: "0" }],
    attachments: [
      {
        ...{ id: "a", type: "ElasticNetworkInterface", status: "ATTACHED" },
        details: [{ name: "privateIPv4Address", value: "172.31.0.9" }],
      },
    ],
    tags: [{ key: "team", value: "web" }],
  };
}
