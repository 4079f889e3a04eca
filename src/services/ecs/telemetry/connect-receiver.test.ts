import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { Fault } from "#kernel/fault.ts";
import type { AccessRecord, ResponseCounts, TargetGroupTraffic, TrafficMessage } from "#kernel/load-balancing.ts";
import type { LogBatch } from "#kernel/log-sink.ts";
import type { MeasuredAt, Measurement } from "#kernel/metric-sink.ts";
import { connectServer, connectWorld } from "../../../../test/support/connect-world.ts";
import { serviceRevisions } from "../model/service.ts";
import { tasks } from "../model/task.ts";
import { createConnectIntake } from "./connect-intake.ts";
import { createConnectReceiver } from "./connect-receiver.ts";
import { connectMeasurements } from "./connect-traffic.ts";

const at = { account: "000000000000", region: "us-east-1", clusterName: "web" };
const client = { ...at, serviceName: "client" };
const server = { ...at, serviceName: "server" };

const traffic = (parts: Partial<TargetGroupTraffic> = {}): TargetGroupTraffic => ({
  ...{
    targetGroupArn: "",
    protocolVersion: "HTTP1",
    failedHandshakes: 0,
    resets: { client: 0, target: 0 },
    requests: 0,
    newConnections: 0,
    activeConnections: 0,
    connectionErrors: 0,
  },
  ...{ receivedBytes: 0, sentBytes: 0, responses: responses() },
  ...parts,
});
const responses = (parts: Partial<ResponseCounts> = {}) => ({ "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0, ...parts });

/** `METRIC DIMENSIONS` -> value and unit. */
function table(measurements: readonly Measurement[]): Record<string, string> {
  const rows = measurements.map(({ metricName, dimensions, values, unit }) => {
    const named = Object.entries(dimensions).map(([name, value]) => `${name}=${value}`);
    return [[metricName, ...named].join(" "), `${values[0]!.value} ${unit}`] as const;
  });
  assert.equal(new Set(rows.map(([name]) => name)).size, rows.length, "each metric has one value");
  return Object.fromEntries(rows);
}

const done = traffic({
  ...{ requests: 6, newConnections: 2, activeConnections: 1, receivedBytes: 300, sentBytes: 700 },
  responses: responses({ "2xx": 4, "3xx": 1, "5xx": 1 }),
});
const measured = (protocol: "http" | "http2" | "grpc" | "tcp", of = done) =>
  table(
    connectMeasurements(client, [{ endpoint: { discoveryName: "api", protocol }, server, targets: 3, traffic: of }]),
  );

test("what comes to a name is the server's, what is sent there is the client's", () => {
  const both = (name: string, value: string, dimension: string, service: string) => ({
    [`${name} ${dimension}=api`]: value,
    [`${name} ${dimension}=api ServiceName=${service} ClusterName=web`]: value,
  });
  const inbound = (name: string, value: string) => both(name, value, "DiscoveryName", "server");
  const outbound = (name: string, value: string) => both(name, value, "TargetDiscoveryName", "client");
  assert.deepEqual(measured("http"), {
    ...inbound("NewConnectionCount", "2 Count"),
    ...inbound("ActiveConnectionCount", "1 Count"),
    ...inbound("ProcessedBytes", "1000 Bytes"),
    ...inbound("RequestCount", "6 Count"),
    ...outbound("TargetProcessedBytes", "1000 Bytes"),
    ...outbound("RequestCountPerTarget", "2 Count"),
    ...outbound("HTTPCode_Target_2XX_Count", "4 Count"),
    ...outbound("HTTPCode_Target_3XX_Count", "1 Count"),
    ...outbound("HTTPCode_Target_5XX_Count", "1 Count"),
  });
});

test("gRPC has its own count and no codes, TCP no requests, and what did not happen is not told", () => {
  const names = (protocol: "grpc" | "tcp") => new Set(Object.keys(measured(protocol)).map((row) => row.split(" ")[0]!));
  const always = ["NewConnectionCount", "ActiveConnectionCount", "ProcessedBytes"];
  const requests = ["RequestCount", "GrpcRequestCount", "TargetProcessedBytes", "RequestCountPerTarget"];
  assert.deepEqual([...names("grpc")], [...always, ...requests]);
  assert.deepEqual([...names("tcp")], [...always, "TargetProcessedBytes"]);
  assert.deepEqual(measured("http2", traffic()), {});
});

test("the proxy of a task becomes metrics, once, by the names of the services at both ends", async () => {
  const { create, run, store, published } = await connectWorld();
  await create("server", connectServer);
  await run();
  await create("client", { enabled: true });
  await run();
  const taken: [readonly Measurement[], MeasuredAt][] = [];
  const receive = createConnectReceiver(store, { put: async (...given) => void taken.push(given) });
  const taskOf = (name: string) =>
    [...store.view(tasks).all()].find(({ value }) => value.service!.serviceName === name)!;
  const messageOf = (name: string): TrafficMessage => {
    const { nodeId, taskArn, targetGroups } = published
      .at(-1)!
      .find((node) => node.taskArn === taskOf(name).value.taskArn)!;
    const told = targetGroups.map(({ targetGroupArn }) => traffic({ ...done, targetGroupArn }));
    const ownAnswers = { "500": 0, "502": 0, "503": 0, "504": 0, fixed: 0 };
    return { nodeId, taskArn: taskArn!, from: 60_000, to: 120_000, listeners: [], targetGroups: told, ownAnswers };
  };
  await receive(messageOf("client"));
  await receive(messageOf("client"));
  assert.equal(taken.length, 1);
  const [measurements, when] = taken[0]!;
  assert.deepEqual(when, { time: 60_000, periodSeconds: 60 });
  const rows = table(measurements);
  assert.equal(rows["RequestCount DiscoveryName=api ServiceName=server ClusterName=web"], "6 Count");
  assert.equal(rows["RequestCountPerTarget TargetDiscoveryName=api ServiceName=client ClusterName=web"], "6 Count");
  assert.equal(rows["NewConnectionCount DiscoveryName=db"], "2 Count");
  assert.equal(rows["RequestCount DiscoveryName=db"], undefined, "its port is TCP");
  // A server that calls nobody has only the way in of its own port, which clients tell of.
  const own = messageOf("server");
  const inward = own.targetGroups.filter(({ targetGroupArn }) => targetGroupArn.endsWith("/ingress"));
  assert.equal(inward.length, 1);
  await receive({ ...own, targetGroups: inward });
  assert.equal(taken.length, 1);
});

test("access logs are one stream a task, and their times a metric", async () => {
  const options = { "awslogs-group": "proxies", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "sc" };
  const logConfiguration = { logDriver: "awslogs", options } as const;
  const { create, run, store, clock } = await connectWorld();
  await create("server", connectServer);
  await run();
  const accessLogConfiguration = { format: "TEXT" } as const;
  await create("client", { enabled: true, logConfiguration, accessLogConfiguration });
  await run();
  const of = (name: string) => [...store.view(tasks).all()].find(({ value }) => value.service!.serviceName === name)!;
  const { taskArn, id } = of("client").value;
  const [api] = [...store.view(serviceRevisions).all()].flatMap(({ value }) => value.serviceConnect?.endpoints ?? []);
  const measured: Measurement[] = [];
  const batches: LogBatch[] = [];
  let refusal: Fault | undefined;
  const warnings: unknown[] = [];
  const intake = createConnectIntake({
    ...{ store, clock, log: { ...silentLog, warn: (...given) => void warnings.push(given) } },
    metrics: { put: async (more) => void measured.push(...more) },
    logs: {
      position: async () => undefined,
      ensureStream: async () => {
        if (refusal !== undefined) throw refusal;
      },
      append: async (batch) => void batches.push(batch),
    },
  });
  const record = (time: number, targetGroupArn = api!.discoveryArn): AccessRecord => ({
    ...{ nodeId: `connect-${id}`, taskArn, listenerArn: "l", time, line: `at ${time}`, targetGroupArn },
    ...{ elbStatusCode: 200, targetStatusCode: 200, targetResponseMs: 25, receivedBytes: 1, sentBytes: 1 },
  });
  await intake.publishAccess([record(60_002), record(60_001), record(60_003, `${api!.discoveryArn}/ingress`)]);
  assert.deepEqual(
    batches.map(({ stream, events, ...rest }) => [
      stream.logStreamName,
      events.map(({ message }) => message),
      rest.taskArn,
    ]),
    [[`sc/ecs-service-connect-agent/${id}`, ["at 60001", "at 60002", "at 60003"], taskArn]],
  );
  assert.deepEqual(
    measured.map(({ metricName, dimensions, unit, values }) => [metricName, dimensions, unit, values]),
    [{}, { ServiceName: "client", ClusterName: "web" }].map((more) => [
      ...["TargetResponseTime", { TargetDiscoveryName: "api", ...more }, "Milliseconds", [{ value: 25, count: 2 }]],
    ]),
  );
  // What a server writes that has no logs is nowhere, and a group that is gone hinders nothing.
  await intake.publishAccess([{ ...record(60_004), taskArn: of("server").value.taskArn }]);
  refusal = new Fault("ResourceNotFoundException", "The specified log group does not exist.");
  await intake.publishAccess([record(60_005)]);
  assert.deepEqual([batches.length, warnings.length], [1, 1]);
});
