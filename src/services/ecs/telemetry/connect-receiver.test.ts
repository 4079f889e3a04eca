import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResponseCounts, TargetGroupTraffic, TrafficMessage } from "#kernel/load-balancing.ts";
import type { MeasuredAt, Measurement } from "#kernel/metric-sink.ts";
import { connectServer, connectWorld } from "../../../../test/support/connect-world.ts";
import { tasks } from "../model/task.ts";
import { createConnectReceiver } from "./connect-receiver.ts";
import { connectMeasurements } from "./connect-traffic.ts";

const at = { account: "000000000000", region: "us-east-1", clusterName: "web" };
const client = { ...at, serviceName: "client" };
const server = { ...at, serviceName: "server" };

const traffic = (parts: Partial<TargetGroupTraffic> = {}): TargetGroupTraffic => ({
  ...{ targetGroupArn: "", requests: 0, newConnections: 0, activeConnections: 0, connectionErrors: 0 },
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
