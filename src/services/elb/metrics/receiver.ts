import type { TargetHealthReport, TrafficMessage } from "#kernel/load-balancing.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { Store } from "#kernel/store.ts";
import {
  nodeAndOwner,
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
  /** By node: the end of the last interval that was taken, the longest ago first. */
  const taken = new Map<string, number>();
  return async (message) => {
    const { nodeId, from, to } = message;
    const found = nodeAndOwner(store, nodeId);
    // What comes of a node that is gone, or comes twice, is passed over.
    if (found === undefined || to <= (taken.get(nodeId) ?? 0)) return;
    taken.delete(nodeId);
    taken.set(nodeId, to);
    forgetGone(store, taken);
    const healthOf = (arn: string) => groupHealth(store, nodeId, arn);
    const measurements = trafficMeasurements({ ...found, message, healthOf });
    if (measurements.length > 0) await sink.put(measurements, { time: from, periodSeconds: (to - from) / 1000 });
  };
}

/** Nodes that are gone tell nothing more: they come to be the first ones. */
function forgetGone(store: Store, taken: Map<string, number>): void {
  for (const nodeId of taken.keys()) {
    if (store.view(nodes).count("nodeId", nodeId) > 0) return;
    taken.delete(nodeId);
  }
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
