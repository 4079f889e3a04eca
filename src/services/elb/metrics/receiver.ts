import type { TargetHealthReport, TrafficMessage } from "#kernel/load-balancing.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { Store } from "#kernel/store.ts";
import { TakenIntervals } from "#kernel/taken-intervals.ts";
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
  const taken = new TakenIntervals((nodeId) => store.view(nodes).count("nodeId", nodeId) === 0);
  return async (message) => {
    const { nodeId, from, to } = message;
    const found = nodeAndOwner(store, nodeId);
    // What comes of a node that is gone, or comes twice, is passed over.
    if (found === undefined || !taken.take(nodeId, to)) return;
    const healthOf = (arn: string) => groupHealth(store, nodeId, arn);
    const measurements = trafficMeasurements({ ...found, message, healthOf });
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
  const seen = (...states: TargetHealthReport["state"][]) =>
    reports.filter((each) => states.some((state) => each[nodeId]?.state === state)).length;
  // Healthy to all who look at them; where none is, all get requests.
  const healthy = reports.filter((each) => {
    const states = Object.values(each).map(({ state }) => state);
    return states.length > 0 && states.every((state) => state === "healthy");
  }).length;
  const registered = store
    .view(targets)
    .by("targetGroup", arn)
    .filter(({ value }) => value.drainUntil === undefined).length;
  return {
    healthy: seen("healthy"),
    unhealthy: seen("unhealthy", "unhealthy.draining"),
    targets: healthy || registered,
  };
}
