import type { TargetHealthReport, TrafficMessage } from "#kernel/load-balancing.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { Store } from "#kernel/store.ts";
import {
  loadBalancerKey,
  loadBalancers,
  nodes,
  targetGroupKey,
  targetGroupPlace,
  targetGroups,
  targetHealth,
  targets,
} from "../model.ts";
import { type GroupHealth, trafficMeasurements } from "./traffic.ts";

/** Turns what nodes say of their traffic into the metrics of CloudWatch. Resolves when they are stored. */
export function createTrafficReceiver(store: Store, sink: MetricSink): (message: TrafficMessage) => Promise<void> {
  /** By node: the end of the last interval that was taken. */
  const taken = new Map<string, number>();
  return async (message) => {
    const { nodeId, from, to } = message;
    const node = store.view(nodes).by("nodeId", nodeId)[0]?.value;
    const loadBalancer = node && store.view(loadBalancers).get(loadBalancerKey(node, node.loadBalancerName))?.value;
    // What comes of a node that is gone, or comes twice, is passed over.
    if (node === undefined || loadBalancer === undefined || to <= (taken.get(nodeId) ?? 0)) return;
    for (const known of taken.keys()) if (store.view(nodes).count("nodeId", known) === 0) taken.delete(known);
    taken.set(nodeId, to);
    const healthOf = (arn: string) => groupHealth(store, nodeId, arn);
    const measurements = trafficMeasurements({ loadBalancer, node, message, healthOf });
    if (measurements.length > 0) await sink.put(measurements, { time: from, periodSeconds: (to - from) / 1000 });
  };
}

function groupHealth(store: Store, nodeId: string, arn: string): GroupHealth | undefined {
  const place = targetGroupPlace(arn);
  if (place === undefined || store.view(targetGroups).get(targetGroupKey(place, place.name)) === undefined) {
    return undefined;
  }
  const reports = store
    .view(targetHealth)
    .by("targetGroup", arn)
    .map(({ value }) => value.reports);
  const seen = (state: TargetHealthReport["state"]) => reports.filter((each) => each[nodeId]?.state === state).length;
  // Healthy to all who look at them; where none is, all get requests.
  const healthy = reports.filter((each) => {
    const states = Object.values(each).map(({ state }) => state);
    return states.length > 0 && states.every((state) => state === "healthy");
  }).length;
  const registered = store
    .view(targets)
    .by("targetGroup", arn)
    .filter(({ value }) => value.drainUntil === undefined).length;
  return { healthy: seen("healthy"), unhealthy: seen("unhealthy"), targets: healthy || registered };
}
