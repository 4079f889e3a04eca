import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  AuthenticationTraffic,
  ListenerTraffic,
  OwnAnswers,
  ResponseCounts,
  TargetGroupTraffic,
} from "#kernel/load-balancing.ts";
import type { Measurement } from "#kernel/metric-sink.ts";
import type { LoadBalancerRecord } from "../model.ts";
import { type GroupHealth, trafficMeasurements } from "./traffic.ts";

const arn = (resource: string) => `arn:aws:elasticloadbalancing:us-east-1:000000000000:${resource}`;
const responses = (parts: Partial<ResponseCounts> = {}) => ({ "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0, ...parts });
const LoadBalancer = "app/web/50dc6c495c0c9188";
const TargetGroup = "targetgroup/web/0123456789abcdef";
const AvailabilityZone = "us-east-1a";

const listener = (parts: Partial<ListenerTraffic> = {}): ListenerTraffic => ({
  ...{ listenerArn: arn("listener/app/web/1/2"), protocol: "HTTP", newConnections: 0, activeConnections: 0 },
  ...{ failedHandshakes: 0, resets: { client: 0, target: 0 } },
  ...{ receivedBytes: 0, sentBytes: 0, responses: responses() },
  ...parts,
});
const group = (parts: Partial<TargetGroupTraffic> = {}, path = TargetGroup): TargetGroupTraffic => ({
  ...{ targetGroupArn: arn(path), protocolVersion: "HTTP1", requests: 0, newConnections: 0, activeConnections: 0 },
  ...{ connectionErrors: 0, failedHandshakes: 0, receivedBytes: 0, sentBytes: 0, responses: responses() },
  ...parts,
});

const nothing: OwnAnswers = { "500": 0, "502": 0, "503": 0, "504": 0, fixed: 0 };

interface MeasureOptions {
  readonly health?: GroupHealth;
  readonly type?: LoadBalancerRecord["type"];
  readonly own?: object;
  readonly authentication?: AuthenticationTraffic;
}

function measure(
  listeners: readonly ListenerTraffic[],
  targetGroups: readonly TargetGroupTraffic[],
  { health, type = "application", own, authentication }: MeasureOptions = {},
) {
  const at = { account: "000000000000", region: "us-east-1" };
  const loadBalancer = { ...at, type, name: "web", id: "50dc6c495c0c9188" } as LoadBalancerRecord;
  return trafficMeasurements({
    ...{ loadBalancer, node: { availabilityZone: AvailabilityZone } },
    message: {
      ...{ nodeId: "n", from: 0, to: 60_000, listeners, targetGroups, ownAnswers: { ...nothing, ...own } },
      ...(authentication && { authentication }),
    },
    healthOf: () => health,
  });
}

/** By metric: `dimensions -> value`, with the names of dimensions in short. */
function table(measurements: readonly Measurement[]): Record<string, Record<string, number>> {
  const found: Record<string, Record<string, number>> = {};
  for (const { metricName, dimensions, values } of measurements) {
    const short = Object.keys(dimensions)
      .toSorted()
      .map((name) => name.replace(/[^A-Z]/g, ""))
      .join(" ");
    found[metricName] = { ...found[metricName], [short]: values[0]!.value };
  }
  return found;
}

test("an application load balancer: metrics with the dimensions of AWS, of itself and of its target groups", () => {
  const measurements = measure(
    [
      listener({
        ...{ newConnections: 5, activeConnections: 2, receivedBytes: 100, sentBytes: 200 },
        responses: responses({ "2xx": 7, "3xx": 2, "4xx": 3, "5xx": 1 }),
      }),
    ],
    [
      group({ requests: 8, newConnections: 4, activeConnections: 1, responses: responses({ "2xx": 7, "4xx": 1 }) }),
      group({ requests: 2, connectionErrors: 1, responses: responses({ "3xx": 1 }) }, "targetgroup/other/1"),
    ],
    { health: { healthy: 3, unhealthy: 1, targets: 4 }, own: { "503": 1, fixed: 2 } },
  );
  const both = (value: number) => ({ LB: value, "AZ LB": value });
  const ofGroup = (value: number) => ({ "LB TG": value, "AZ LB TG": value });
  const { RequestCount, RequestCountPerTarget, HealthyHostCount, UnHealthyHostCount, ...rest } = table(measurements);
  assert.deepEqual(rest, {
    HTTPCode_ELB_503_Count: both(1),
    HTTP_Fixed_Response_Count: both(2),
    NewConnectionCount: { LB: 9 },
    ActiveConnectionCount: { LB: 3 },
    ProcessedBytes: { LB: 300 },
    HTTPCode_ELB_3XX_Count: both(1),
    HTTPCode_ELB_4XX_Count: both(2),
    HTTPCode_ELB_5XX_Count: both(1),
    HTTP_Redirect_Count: { LB: 1 },
    HTTPCode_Target_2XX_Count: { ...both(7), ...ofGroup(7) },
    HTTPCode_Target_3XX_Count: { ...both(1), ...ofGroup(1) },
    HTTPCode_Target_4XX_Count: { ...both(1), ...ofGroup(1) },
    TargetConnectionErrorCount: { ...both(1), ...ofGroup(1) },
  });
  const values = (metricName: string, dimensions: Measurement["dimensions"]) =>
    measurements.find(
      (each) => each.metricName === metricName && JSON.stringify(each.dimensions) === JSON.stringify(dimensions),
    )?.values;
  assert.deepEqual(values("RequestCount", { LoadBalancer }), [{ value: 10, count: 1 }], "of all target groups");
  assert.deepEqual(values("RequestCount", { LoadBalancer, TargetGroup }), [{ value: 8, count: 1 }]);
  assert.deepEqual(values("RequestCountPerTarget", { TargetGroup }), [{ value: 2, count: 1 }]);
  assert.deepEqual(RequestCountPerTarget, { TG: 0.5, "AZ TG": 0.5, ...ofGroup(0.5) });
  assert.deepEqual([HealthyHostCount, UnHealthyHostCount], [ofGroup(3), ofGroup(1)]);
  assert.equal(RequestCount!["AZ LB"], 10);
});

test("what did not happen is not told, health is", () => {
  const idle = measure([listener()], [group()], { health: { healthy: 0, unhealthy: 0, targets: 0 } });
  assert.deepEqual(table(idle), {
    HealthyHostCount: { "LB TG": 0, "AZ LB TG": 0 },
    UnHealthyHostCount: { "LB TG": 0, "AZ LB TG": 0 },
  });
  assert.deepEqual(measure([listener()], [group()]), [], "a group that is gone");
});

test("a network load balancer has flows, of all protocols and of each", () => {
  const measurements = measure(
    [
      listener({
        ...{ protocol: "TCP", newConnections: 5, activeConnections: 2, receivedBytes: 100, sentBytes: 200 },
        resets: { client: 2, target: 1 },
      }),
      listener({ protocol: "TLS", newConnections: 1, failedHandshakes: 1, receivedBytes: 10 }),
    ],
    [group({ requests: 5, failedHandshakes: 3 })],
    { type: "network", health: { healthy: 2, unhealthy: 0, targets: 2 } },
  );
  assert.deepEqual([...new Set(measurements.map(({ namespace }) => namespace))], ["AWS/NetworkELB"]);
  const both = (value: number) => ({ LB: value, "AZ LB": value });
  const { HealthyHostCount: _, UnHealthyHostCount: __, RequestCountPerTarget, ...rest } = table(measurements);
  assert.deepEqual(rest, {
    ...{ NewFlowCount: both(6), NewFlowCount_TCP: both(5), NewFlowCount_TLS: both(1) },
    ...{ ActiveFlowCount: both(2), ActiveFlowCount_TCP: both(2) },
    ...{ ProcessedBytes: both(310), ProcessedBytes_TCP: both(300), ProcessedBytes_TLS: both(10) },
    ...{ ClientTLSNegotiationErrorCount: both(1), TargetTLSNegotiationErrorCount: both(3) },
    ...{ TCP_Client_Reset_Count: both(2), TCP_Target_Reset_Count: both(1) },
  });
  assert.equal(RequestCountPerTarget, undefined);
});

test("handshakes that fail, requests of gRPC, and how logins ended", () => {
  const counts = { ELBAuthSuccess: 2, ELBAuthFailure: 1, ELBAuthError: 0, ELBAuthRefreshTokenSuccess: 0 };
  const authentication = { counts: { ...counts, ELBAuthUserClaimsSizeExceeded: 0 }, latenciesMs: [7, 9] };
  const measurements = measure(
    [listener({ protocol: "HTTPS", failedHandshakes: 2 })],
    [group({ protocolVersion: "GRPC", requests: 4, failedHandshakes: 1 })],
    { authentication },
  );
  const both = (value: number) => ({ LB: value, "AZ LB": value });
  const { RequestCount: _, ...rest } = table(measurements);
  assert.deepEqual(rest, {
    ...{ ClientTLSNegotiationErrorCount: both(2), ELBAuthSuccess: both(2), ELBAuthFailure: both(1) },
    GrpcRequestCount: { ...both(4), "LB TG": 4, "AZ LB TG": 4 },
    TargetTLSNegotiationErrorCount: { ...both(1), "LB TG": 1, "AZ LB TG": 1 },
    ELBAuthLatency: both(7),
  });
  assert.deepEqual(measurements.find(({ metricName }) => metricName === "ELBAuthLatency")!.values, [
    { value: 7, count: 1 },
    { value: 9, count: 1 },
  ]);
});
