import type { TargetHealthReport } from "#kernel/load-balancing.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { targetMachine } from "../states.ts";
import { type TargetGroupRecord, targetGroupArn } from "./target-group.ts";

/** A registered target. Times are milliseconds since the epoch. */
export interface TargetRecord extends World {
  readonly targetGroupArn: string;
  /** An address, an instance's id, or the ARN of an application load balancer. */
  readonly id: string;
  readonly port: number;
  /** `all`, or the zone whose nodes alone send to it, an instance's own; absent: the one that its address is in. */
  readonly availabilityZone?: string;
  readonly registeredAt: number;
  /** It has been deregistered, and drains until then. */
  readonly drainUntil?: number;
  /** The keys of the ECS service and the task that it is of; absent: a caller of the API has registered it. */
  readonly owner?: string;
  readonly task?: string;
}

/** What the nodes say of a target's health. */
export interface TargetHealthRecord extends World {
  readonly targetGroupArn: string;
  readonly targetKey: string;
  /** The target's owner. */
  readonly owner?: string;
  /** By the id of the node. */
  readonly reports: Readonly<Record<string, Omit<TargetHealthReport, "targetGroupArn" | "targetKey">>>;
}

/** Indexes: `targetGroup` by ARN; `owner` and `task` by their keys; `id` by the target's id; `draining` has `yes`. */
export const targets: Collection<TargetRecord, "targetGroup" | "owner" | "task" | "id" | "draining"> = {
  name: "elb/target",
  indexes: {
    targetGroup: (target) => target.targetGroupArn,
    owner: ({ owner }) => owner,
    task: ({ task }) => task,
    draining: ({ drainUntil }) => (drainUntil === undefined ? undefined : "yes"),
    id: ({ id }) => id,
  },
  machines: [targetMachine],
};

/** Indexes: `node` by the ids of the nodes that have reported; `targetGroup` by ARN. */
export const targetHealth: Collection<TargetHealthRecord, "node" | "targetGroup"> = {
  name: "elb/target-health",
  indexes: { node: ({ reports }) => Object.keys(reports), targetGroup: (record) => record.targetGroupArn },
};

/** `10.0.0.5:80`: names a target in its group, to the hosts too. */
export function targetKeyOf({ id, port }: Pick<TargetRecord, "id" | "port">): string {
  return `${id}:${port}`;
}

export function targetRecordKey(group: GroupName, target: Pick<TargetRecord, "id" | "port">): Key<TargetRecord> {
  return recordKeyOf(group, targetKeyOf(target));
}

/** The record of the target that hosts know as `targetKey`. */
export function recordKeyOf(group: GroupName, targetKey: string): Key<TargetRecord> {
  return keyOf(targets, group.account, group.region, group.id, targetKey);
}

export function targetHealthKey(group: GroupName, targetKey: string): Key<TargetHealthRecord> {
  return keyOf(targetHealth, group.account, group.region, group.id, targetKey);
}

export type GroupName = World & Pick<TargetGroupRecord, "name" | "id">;

/** A new registration. */
export function newTarget(
  group: GroupName,
  given: Pick<TargetRecord, "id" | "port" | "registeredAt"> &
    Partial<Pick<TargetRecord, "availabilityZone" | "owner" | "task">>,
): TargetRecord {
  const { account, region } = group;
  return { account, region, targetGroupArn: targetGroupArn(group), ...given };
}
