import type { ResponseClass, TargetGroupTraffic } from "#kernel/load-balancing.ts";
import type { Measurement } from "#kernel/metric-sink.ts";
import type { ServiceConnectEndpoint, ServiceName } from "../model/service.ts";

/** An endpoint of Service Connect, and what one proxy has sent to the tasks behind it in an interval. */
export interface ReachedEndpoint {
  readonly endpoint: Pick<ServiceConnectEndpoint, "discoveryName" | "protocol">;
  /** Whose tasks are behind it. */
  readonly server: ServiceName;
  /** How many of them get something. */
  readonly targets: number;
  readonly traffic: TargetGroupTraffic;
}

const classes: readonly ResponseClass[] = ["2xx", "3xx", "4xx", "5xx"];

/**
 * What the proxy of one task adds to the metrics of Service Connect in `AWS/ECS`. A connection between two tasks passes
 * the client's proxy in any case, so that this one tells of both ends: what comes to the server's tasks, by
 * `DiscoveryName`, and what the client's have sent, by `TargetDiscoveryName`. Counts of nothing are left out.
 */
export function connectMeasurements(client: ServiceName, reached: readonly ReachedEndpoint[]): Measurement[] {
  return reached.flatMap((each) => [...inbound(each), ...outbound(client, each)]);
}

function inbound({ endpoint, server, traffic }: ReachedEndpoint): Measurement[] {
  const { requests, newConnections, activeConnections } = traffic;
  const isHttp = endpoint.protocol !== "tcp";
  return measure(server, { DiscoveryName: endpoint.discoveryName }, [
    ["NewConnectionCount", newConnections],
    ["ActiveConnectionCount", activeConnections],
    ["ProcessedBytes", bytesOf(traffic), "Bytes"],
    ["RequestCount", isHttp ? requests : 0],
    ["GrpcRequestCount", endpoint.protocol === "grpc" ? requests : 0],
  ]);
}

function outbound(client: ServiceName, { endpoint, traffic, targets }: ReachedEndpoint): Measurement[] {
  const { discoveryName, protocol } = endpoint;
  const hasCodes = protocol === "http" || protocol === "http2";
  return measure(client, { TargetDiscoveryName: discoveryName }, [
    ["TargetProcessedBytes", bytesOf(traffic), "Bytes"],
    // Its sum is what counts: each proxy adds its part.
    ["RequestCountPerTarget", protocol === "tcp" || targets === 0 ? 0 : traffic.requests / targets],
    ...classes.map(
      (each) => [`HTTPCode_Target_${each.toUpperCase()}_Count`, hasCodes ? traffic.responses[each] : 0] as const,
    ),
  ]);
}

type Value = readonly [metricName: string, value: number, unit?: string];

function measure(service: ServiceName, name: Measurement["dimensions"], values: readonly Value[]): Measurement[] {
  return values
    .filter(([, value]) => value > 0)
    .flatMap(([metricName, value, unit = "Count"]) =>
      byName(service, name, { metricName, unit, values: [{ value, count: 1 }] }),
    );
}

/** A metric by the discovery name alone, and by the service too. */
export function byName(
  { account, region, clusterName, serviceName }: ServiceName,
  name: Measurement["dimensions"],
  metric: Pick<Measurement, "metricName" | "unit" | "values">,
): Measurement[] {
  const common = { account, region, namespace: "AWS/ECS", ...metric };
  return [
    { ...common, dimensions: name },
    { ...common, dimensions: { ...name, ServiceName: serviceName, ClusterName: clusterName } },
  ];
}

function bytesOf({ receivedBytes, sentBytes }: TargetGroupTraffic): number {
  return receivedBytes + sentBytes;
}
