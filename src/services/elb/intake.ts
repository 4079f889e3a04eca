import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { Fault } from "#kernel/fault.ts";
import type {
  AccessRecord,
  HeldRequestsMessage,
  LoadBalancingEndpoint,
  NodeStateMessage,
  TargetHealthMessage,
  TargetHealthReport,
} from "#kernel/load-balancing.ts";
import type { LogSink, LogStreamName } from "#kernel/log-sink.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import { rerun } from "#kernel/rerun.ts";
import type { Entry, Put, Read, Store } from "#kernel/store.ts";
import { absent } from "#kernel/store.ts";
import type { PublishedVersions } from "./controllers/publication/controller.ts";
import { nodeMark } from "./controllers/publication/target-groups.ts";
import { createTrafficReceiver } from "./metrics/receiver.ts";
import { responseTimes } from "./metrics/response-time.ts";
import {
  holds,
  type NodeRecord,
  nodeAndOwner,
  nodes,
  pathOf,
  recordKeyOf,
  type TargetHealthRecord,
  targetGroupPlace,
  targetHealth,
  targetHealthKey,
  targets,
} from "./model.ts";
import { accessLogGroupKey } from "./request/load-balancer-attributes.ts";

export interface IntakeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Where access logs go. */
  readonly logs: LogSink;
  readonly versions: PublishedVersions;
  /** Where the metrics of traffic go. */
  readonly metrics: MetricSink;
}

/** Takes in what the load balancer nodes of the hosts say. What comes of a node that is gone is passed over. */
export class LoadBalancingIntake implements LoadBalancingEndpoint {
  readonly #options: IntakeOptions;
  readonly #store: Store;
  #accessCount = 0;
  readonly publishTraffic: LoadBalancingEndpoint["publishTraffic"];

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#store = options.store.as("elb.intake");
    this.publishTraffic = createTrafficReceiver(this.#store, options.metrics);
  }

  publishTargetHealth(message: TargetHealthMessage): Promise<void> {
    return rerun(async () => {
      const node = this.#node(message.nodeId);
      if (node === undefined) return;
      const { unchanged, put } = healthWrites(this.#store, node.value, message);
      if (put.length > 0) await this.#store.commit({ unchanged, put });
    });
  }

  submitNodeState({ nodeId, version, state, reason }: NodeStateMessage): Promise<void> {
    return rerun(async () => {
      const node = this.#node(nodeId);
      if (node === undefined) return;
      // Of a version of an earlier run nothing is known until it is published again.
      const applied = this.#options.versions.get(version) ?? node.value.applied;
      const { reason: _, ...rest } = node.value;
      const value: NodeRecord = { ...rest, state, version, applied, ...(reason !== undefined && { reason }) };
      if (JSON.stringify(value) === JSON.stringify(node.value)) return;
      await this.#store.commit({ unchanged: [node], put: [{ key: node.key, value }] });
    });
  }

  publishHeldRequests({ nodeId, targetGroupArn }: HeldRequestsMessage): Promise<void> {
    return rerun(async () => {
      if (this.#node(nodeId) === undefined) return;
      const unseen = this.#store
        .view(holds)
        .by("targetGroup", targetGroupArn)
        .filter(({ value }) => value.waitingSince === undefined);
      const waitingSince = this.#options.clock.now();
      const put = unseen.map(({ key, value }) => ({ key, value: { ...value, waitingSince } }));
      if (put.length > 0) await this.#store.commit({ unchanged: unseen, put });
    });
  }

  async publishAccess(records: readonly AccessRecord[]): Promise<void> {
    for (const [nodeId, own] of Map.groupBy(records, (record) => record.nodeId)) {
      await this.#measure(nodeId, own);
      const stream = this.#accessStream(nodeId);
      if (stream !== undefined) await this.#append(nodeId, stream, own);
    }
  }

  #node(nodeId: string): Entry<NodeRecord> | undefined {
    return this.#store.view(nodes).by("nodeId", nodeId)[0];
  }

  async #measure(nodeId: string, records: readonly AccessRecord[]): Promise<void> {
    const found = nodeAndOwner(this.#store, nodeId);
    if (found?.loadBalancer.type !== "application") return;
    for (const { time, measurements } of responseTimes(found.loadBalancer, found.node, records)) {
      await this.#options.metrics.put(measurements, { time, periodSeconds: 60 });
    }
  }

  #accessStream(nodeId: string): LogStreamName | undefined {
    const found = nodeAndOwner(this.#store, nodeId);
    const logGroupName = found?.loadBalancer.attributes[accessLogGroupKey];
    if (found === undefined || !logGroupName) return undefined;
    const { account, region, availabilityZone } = found.node;
    return { account, region, logGroupName, logStreamName: `${pathOf(found.loadBalancer)}/${availabilityZone}` };
  }

  async #append(nodeId: string, stream: LogStreamName, records: readonly AccessRecord[]): Promise<void> {
    const { logs, clock, log } = this.#options;
    const timeNanos = `${clock.now()}000000`;
    const events = records
      .toSorted((a, b) => a.time - b.time)
      .flatMap(({ time, line }) => (line === "" ? [] : [{ timestamp: time, message: line }]));
    if (events.length === 0) return;
    const position = { timeNanos, count: ++this.#accessCount };
    try {
      await logs.ensureStream(stream, { createGroup: false });
      await logs.append({ stream, sourceId: `elb ${nodeId}`, position, events });
    } catch (error) {
      // The group was deleted, or never was: the load balancer goes on, as one whose bucket is gone does.
      if (!(error instanceof Fault)) throw error;
      log.warn("Access logs of a load balancer have nowhere to go", { ...stream, lost: events.length });
    }
  }
}

interface HealthWrites {
  readonly unchanged: readonly Read<unknown>[];
  readonly put: readonly Put[];
}

/** What to commit so that the records say of the node's targets what the message does, and no more. */
function healthWrites(store: Store, { nodeId }: NodeRecord, message: TargetHealthMessage): HealthWrites {
  const unchanged: Read<unknown>[] = [];
  const put: Put[] = [];
  const told = new Set<string>();
  for (const { targetGroupArn, targetKey, ...report } of byTarget(message.targets)) {
    const group = targetGroupPlace(targetGroupArn);
    if (group === undefined) continue;
    const key = targetHealthKey(group, targetKey);
    told.add(key);
    const target = store.view(targets).get(recordKeyOf(group, targetKey));
    const known = store.view(targetHealth).get(key);
    const reports = known?.value.reports ?? {};
    if (target === undefined || JSON.stringify(reports[nodeId]) === JSON.stringify(report)) continue;
    const { account, region } = group;
    const value: TargetHealthRecord = {
      ...{ account, region, targetGroupArn, targetKey },
      ...(target.value.owner !== undefined && { owner: target.value.owner }),
      reports: { ...reports, [nodeId]: report },
    };
    unchanged.push(known ?? absent(key), target);
    put.push({ key, value });
  }
  for (const known of store.view(targetHealth).by("node", nodeId)) {
    if (told.has(known.key)) continue;
    const { [nodeId]: _, ...reports } = known.value.reports;
    unchanged.push(known);
    put.push({ key: known.key, value: { ...known.value, reports } });
  }
  return { unchanged, put };
}

/** A load balancer that is a target is reached by several addresses: it is as healthy as the healthiest. */
function byTarget(reports: readonly TargetHealthReport[]): TargetHealthReport[] {
  const ranks = { healthy: 0, initial: 1, "unhealthy.draining": 2, unhealthy: 3 };
  const found = new Map<string, TargetHealthReport>();
  for (const { targetKey: given, ...rest } of reports) {
    const targetKey = given.split(nodeMark)[0]!;
    const key = `${rest.targetGroupArn} ${targetKey}`;
    const other = found.get(key);
    if (other === undefined || ranks[rest.state] < ranks[other.state]) found.set(key, { targetKey, ...rest });
  }
  return [...found.values()];
}
