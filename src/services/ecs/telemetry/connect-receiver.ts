import { parseArn } from "#kernel/arn.ts";
import type { LoadBalancingEndpoint, TargetGroupTraffic } from "#kernel/load-balancing.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { Key, Store } from "#kernel/store.ts";
import { TakenIntervals } from "#kernel/taken-intervals.ts";
import type { World } from "#kernel/world.ts";
import { serviceKey as discoveryKey, services as discoveryServices } from "#services/discovery/model.ts";
import { ingressPart, targetsOf } from "../connect/endpoints.ts";
import {
  primaryOf,
  type ServiceRecord,
  serviceNameIn,
  serviceRevisionKey,
  serviceRevisions,
  services,
} from "../model/service.ts";
import { taskKeyOfArn, tasks } from "../model/task.ts";
import { connectMeasurements, type ReachedEndpoint } from "./connect-traffic.ts";

/** Turns what the proxies of tasks say of their traffic into the metrics of Service Connect. */
export function createConnectReceiver(store: Store, sink: MetricSink): LoadBalancingEndpoint["publishTraffic"] {
  const taskOf = (taskArn: string) => {
    const key = taskKeyOfArn(parseArn(taskArn));
    return key && store.view(tasks).get(key)?.value;
  };
  // A task has one proxy.
  const taken = new TakenIntervals((taskArn) => taskOf(taskArn) === undefined);
  return async ({ taskArn = "", from, to, targetGroups }) => {
    const task = taskOf(taskArn);
    // What comes of a task that is gone, or comes twice, is passed over.
    if (task?.service === undefined || !taken.take(taskArn, to)) return;
    const reached = targetGroups.flatMap((traffic) => reachedEndpoint(store, task, traffic) ?? []);
    const { serviceName } = task.service;
    const measurements = connectMeasurements({ ...task, serviceName }, reached);
    if (measurements.length > 0) await sink.put(measurements, { time: from, periodSeconds: (to - from) / 1000 });
  };
}

/** Undefined: the endpoint is gone, or it is the task's own port behind its proxy, which clients' proxies tell of. */
function reachedEndpoint(store: Store, world: World, traffic: TargetGroupTraffic): ReachedEndpoint | undefined {
  const registry = registryOf(store, world, traffic.targetGroupArn);
  const service = registry && store.view(services).get(registry.owner as Key<ServiceRecord>)?.value;
  const primary = service && primaryOf(service);
  const revision = primary && store.view(serviceRevisions).get(serviceRevisionKey(service, primary.revisionId))?.value;
  const endpoint = revision?.serviceConnect?.endpoints.find(({ discoveryId }) => discoveryId === registry!.id);
  if (endpoint === undefined) return undefined;
  return {
    endpoint,
    server: serviceNameIn(registry!.owner!),
    targets: targetsOf(store, world, endpoint).length,
    traffic,
  };
}

/** The discovery name behind which the tasks of a proxy's target group are; undefined as above. */
export function reachedName(store: Store, world: World, targetGroupArn: string): string | undefined {
  return registryOf(store, world, targetGroupArn)?.name;
}

function registryOf(store: Store, world: World, targetGroupArn: string) {
  const [, id = "", part] = parseArn(targetGroupArn)?.resource.split("/") ?? [];
  const registry = store.view(discoveryServices).get(discoveryKey(world, id))?.value;
  return registry?.owner === undefined || part === ingressPart ? undefined : registry;
}
