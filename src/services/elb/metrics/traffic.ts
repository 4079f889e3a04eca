import type { ResponseClass, ResponseCounts, TrafficMessage } from "#kernel/load-balancing.ts";
import type { Measurement } from "#kernel/metric-sink.ts";
import type { LoadBalancerRecord, NodeRecord } from "../model.ts";
import { pathOf } from "../model.ts";

/** What the control plane knows of a target group of the node. */
export interface GroupHealth {
  /** As the node sees them. */
  readonly healthy: number;
  readonly unhealthy: number;
  /** Those that get requests, over all nodes; 0 when there are none. */
  readonly targets: number;
}

export interface MeasuredNode {
  readonly loadBalancer: LoadBalancerRecord;
  readonly node: Pick<NodeRecord, "availabilityZone">;
  readonly message: TrafficMessage;
  /** Of a target group by its ARN; undefined: its targets are not checked, or it is gone. */
  readonly healthOf: (targetGroupArn: string) => GroupHealth | undefined;
}

const classes: readonly ResponseClass[] = ["2xx", "3xx", "4xx", "5xx"];

/**
 * What one node adds to the metrics of its load balancer and target groups, in `AWS/ApplicationELB` or
 * `AWS/NetworkELB`. Counts of nothing are left out, as AWS reports them.
 */
export function trafficMeasurements(measured: MeasuredNode): Measurement[] {
  return measured.loadBalancer.type === "application" ? applicationMetrics(measured) : networkMetrics(measured);
}

function applicationMetrics(measured: MeasuredNode): Measurement[] {
  const { listeners, targetGroups } = measured.message;
  const all = recorder(measured, "AWS/ApplicationELB");
  const answered = total(listeners.map(({ responses }) => responses));
  const byTargets = total(targetGroups.map(({ responses }) => responses));
  const ofTargets = sum(targetGroups.map(({ newConnections }) => newConnections));
  const active = [...listeners, ...targetGroups].map(({ activeConnections }) => activeConnections);
  all.load("NewConnectionCount", sum(listeners.map((each) => each.newConnections)) + ofTargets, { zones: false });
  all.load("ActiveConnectionCount", sum(active), { zones: false });
  all.load("ProcessedBytes", bytesOf(measured.message), { unit: "Bytes", zones: false });
  for (const each of classes.slice(1)) {
    // What a target begins to answer in one interval may end for the client in the next.
    all.load(`HTTPCode_ELB_${each.toUpperCase()}_Count`, Math.max(0, answered[each] - byTargets[each]));
  }
  const { authentication } = measured.message;
  for (const [name, count] of Object.entries(authentication?.counts ?? {})) all.load(name, count);
  all.each("ELBAuthLatency", authentication?.latenciesMs ?? [], "Milliseconds");
  const { fixed, ...ownStatuses } = measured.message.ownAnswers;
  for (const [status, count] of Object.entries(ownStatuses)) all.load(`HTTPCode_ELB_${status}_Count`, count);
  all.load("HTTP_Fixed_Response_Count", fixed);
  all.load("ClientTLSNegotiationErrorCount", sum(listeners.map(({ failedHandshakes }) => failedHandshakes)));
  all.load("HTTP_Redirect_Count", Math.max(0, answered["3xx"] - byTargets["3xx"]), { zones: false });
  for (const group of targetGroups) {
    all.both("RequestCount", group.targetGroupArn, group.requests);
    if (group.protocolVersion === "GRPC") all.both("GrpcRequestCount", group.targetGroupArn, group.requests);
    all.both("TargetConnectionErrorCount", group.targetGroupArn, group.connectionErrors);
    all.both("TargetTLSNegotiationErrorCount", group.targetGroupArn, group.failedHandshakes);
    for (const each of classes) {
      all.both(`HTTPCode_Target_${each.toUpperCase()}_Count`, group.targetGroupArn, group.responses[each]);
    }
    all.health(group.targetGroupArn, group.requests);
  }
  return all.measurements();
}

function networkMetrics(measured: MeasuredNode): Measurement[] {
  const { listeners, targetGroups } = measured.message;
  const all = recorder(measured, "AWS/NetworkELB");
  for (const { protocol, ...each } of listeners) {
    for (const suffix of ["", `_${protocol}`]) {
      all.load(`NewFlowCount${suffix}`, each.newConnections);
      all.load(`ActiveFlowCount${suffix}`, each.activeConnections);
      all.load(`ProcessedBytes${suffix}`, each.receivedBytes + each.sentBytes, { unit: "Bytes" });
    }
    all.load("ClientTLSNegotiationErrorCount", each.failedHandshakes);
    all.load("TCP_Client_Reset_Count", each.resets.client);
    all.load("TCP_Target_Reset_Count", each.resets.target);
  }
  for (const { targetGroupArn, failedHandshakes } of targetGroups) {
    all.load("TargetTLSNegotiationErrorCount", failedHandshakes);
    all.health(targetGroupArn, 0);
  }
  return all.measurements();
}

function bytesOf({ listeners }: TrafficMessage): number {
  return sum(listeners.map(({ receivedBytes, sentBytes }) => receivedBytes + sentBytes));
}

interface Options {
  readonly unit?: string;
  /** Whether there is the metric by availability zones too. */
  readonly zones?: boolean;
}

/** Collects values by metric and dimensions, so that those of several target groups become one of the load balancer. */
function recorder({ loadBalancer, node, healthOf }: MeasuredNode, namespace: string) {
  const common = { account: loadBalancer.account, region: loadBalancer.region, namespace };
  const LoadBalancer = pathOf(loadBalancer);
  const { availabilityZone: AvailabilityZone } = node;
  const found = new Map<string, Measurement>();
  const add = (metricName: string, dimensions: Measurement["dimensions"], value: number, unit = "Count") => {
    const key = JSON.stringify([metricName, dimensions]);
    const before = found.get(key)?.values[0]?.value ?? 0;
    const values = [{ value: before + value, count: 1 }];
    found.set(key, { ...common, metricName, dimensions, unit, values });
  };
  const each = (metricName: string, all: readonly number[], unit: string) => {
    if (all.length === 0) return;
    const values = all.map((value) => ({ value, count: 1 }));
    const places: Measurement["dimensions"][] = [{ LoadBalancer }, { AvailabilityZone, LoadBalancer }];
    for (const dimensions of places) {
      found.set(JSON.stringify([metricName, dimensions]), { ...common, metricName, dimensions, unit, values });
    }
  };
  const load = (metricName: string, value: number, { unit, zones = true }: Options = {}) => {
    if (value <= 0) return;
    add(metricName, { LoadBalancer }, value, unit);
    if (zones) add(metricName, { AvailabilityZone, LoadBalancer }, value, unit);
  };
  const group = (metricName: string, arn: string, value: number) => {
    const TargetGroup = targetGroupPath(arn);
    add(metricName, { LoadBalancer, TargetGroup }, value);
    add(metricName, { AvailabilityZone, LoadBalancer, TargetGroup }, value);
  };
  return {
    load,
    /** Of the load balancer, each value by itself. */
    each,
    /** Of the load balancer and of one of its target groups. */
    both(metricName: string, arn: string, value: number) {
      load(metricName, value);
      if (value > 0) group(metricName, arn, value);
    },
    health(arn: string, requests: number) {
      const health = healthOf(arn);
      if (health === undefined) return;
      group("HealthyHostCount", arn, health.healthy);
      group("UnHealthyHostCount", arn, health.unhealthy);
      if (requests === 0 || health.targets === 0) return;
      const TargetGroup = targetGroupPath(arn);
      const each = requests / health.targets;
      // Its sum is what counts: each node adds its part.
      add("RequestCountPerTarget", { TargetGroup }, each);
      add("RequestCountPerTarget", { AvailabilityZone, TargetGroup }, each);
      add("RequestCountPerTarget", { LoadBalancer, TargetGroup }, each);
      add("RequestCountPerTarget", { AvailabilityZone, LoadBalancer, TargetGroup }, each);
    },
    measurements: () => [...found.values()],
  };
}

/** `targetgroup/web/50dc6c495c0c9188`: the end of the ARN. */
export function targetGroupPath(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

function total(counts: readonly ResponseCounts[]): ResponseCounts {
  const of = (name: ResponseClass) => sum(counts.map((each) => each[name]));
  return { "2xx": of("2xx"), "3xx": of("3xx"), "4xx": of("4xx"), "5xx": of("5xx") };
}
