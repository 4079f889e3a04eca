import type { Failure } from "#generated/ecs/types.ts";
import type { Entry, Put } from "#kernel/store.ts";
import { type FailureReason, type PlacementRequest, zoneAttribute } from "#placement/index.ts";
import type { InstancePool } from "../clusters/instance-pool.ts";
import { type ContainerInstanceRecord, containerInstanceKey } from "../model/container-instance.ts";
import type { TaskInstance } from "./launch.ts";

/** Where tasks go, and why those that are missing go nowhere. */
export interface PlacedTasks {
  readonly places: readonly TaskInstance[];
  /** One for each instance, as RunTask answers them; none when all tasks have a place. */
  readonly failures: readonly Failure[];
  /** To be committed with the tasks: the instances as they were, and counted up. */
  readonly unchanged: readonly Entry<ContainerInstanceRecord>[];
  readonly put: readonly Put[];
}

/** Gives as many of `count` tasks a place as there is room for. */
export function placeTasks({ pool, instances }: InstancePool, request: PlacementRequest, count: number): PlacedTasks {
  const chosen: Entry<ContainerInstanceRecord>[] = [];
  while (chosen.length < count) {
    const placement = pool.place(request);
    if (placement === undefined) break;
    const instance = instances.get(placement.instanceId)!;
    chosen.push(instance);
    if (request.ports.length > 0) takePorts({ pool, instances }, instance.value, request);
  }
  const failures = chosen.length < count ? pool.explain(request).failures : [];
  const used = [...new Set(chosen)];
  return {
    places: chosen.map(({ value }) => placeOn(value)),
    failures: failures.map(({ instanceId, reason }) => failureOf(instances.get(instanceId)!.value, reason)),
    unchanged: used,
    put: used.map(({ value }) => ({
      key: containerInstanceKey(value),
      value: { ...value, version: value.version + 1 },
    })),
  };
}

/** The ports of a host are had once: on its other instances they are taken now. */
function takePorts(
  { pool, instances }: InstancePool,
  { hostId, containerInstanceArn }: ContainerInstanceRecord,
  { spec: { ports = [] } }: PlacementRequest,
): void {
  for (const [id, { value }] of instances) {
    const instance = pool.instance(id);
    if (value.hostId !== hostId || value.containerInstanceArn === containerInstanceArn || !instance) continue;
    pool.updateInstance({ ...instance, busyPorts: [...(instance.busyPorts ?? []), ...ports] });
  }
}

/** The place of a task that is given this instance. */
export function placeOn({ containerInstanceArn, attributes }: ContainerInstanceRecord): TaskInstance {
  const zone = attributes.find(({ name }) => name === zoneAttribute)?.value;
  return { containerInstanceArn, ...(zone !== undefined && { availabilityZone: zone }) };
}

function failureOf({ containerInstanceArn }: ContainerInstanceRecord, reason: FailureReason): Failure {
  return { arn: containerInstanceArn, reason };
}
