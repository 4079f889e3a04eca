import { chooseToStop, readStrategies, type ServiceTask } from "#placement/index.ts";
import type { ServiceRecord } from "../../model/service.ts";
import { reservedFor } from "../../tasks/reserved.ts";
import type { Condition, Member } from "./health.ts";

/**
 * Which tasks of a service are stopped first (`chooseToStop`), so that what stays is balanced. Protected tasks are not
 * among them, nor what is beyond `count`; where all go they are in no order.
 */
export function stopOrder(candidates: readonly Member[], service: ServiceRecord, count: number): Member[] {
  if (count <= 0) return [];
  const loose = candidates.filter((member) => !member.protected);
  if (loose.length <= count) return loose;
  const byId = new Map(loose.map((member) => [member.task.value.id, member]));
  const strategies = readStrategies(service.placementStrategy);
  const places = new Map(loose.flatMap((member) => member.place() ?? []).map((place) => [place.id, place]));
  const room = (instanceId: string) => places.get(instanceId) ?? { cpu: 0, memoryMiB: 0 };
  // What the strategy `random` draws is the same each time, so that one view has one plan.
  const chosen = chooseToStop(loose.map(toServiceTask), count, { strategies, room, random: { float: () => 0.5 } });
  return chosen.map(({ id }) => byId.get(id)!);
}

const conditions: Readonly<Record<Condition, ServiceTask["condition"]>> = {
  starting: "pending",
  ended: "pending",
  leaving: "pending",
  unhealthy: "unhealthy",
  settling: "settling",
  healthy: "healthy",
};

/** As placement knows it. */
export function toServiceTask(member: Member): ServiceTask {
  const { id, availabilityZone, hostId, createdAt } = member.task.value;
  const place = member.place();
  const { cpuUnits, memoryMiB } = reservedFor(member.task.value);
  return {
    id,
    zone: availabilityZone,
    instanceId: place?.id ?? hostId,
    ...(place && { attributes: place.attributes }),
    cpu: cpuUnits,
    memoryMiB,
    condition: conditions[member.condition],
    isProtected: member.protected,
    isOutdated: false,
    createdAt,
  };
}
