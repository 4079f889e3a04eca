import type { Arn } from "#kernel/arn.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { taskSetMachine } from "../states.ts";
import { type Rollout, type ServiceName, servicePath } from "./service.ts";
import { ecsArn, type Tag } from "./world.ts";

/** PRIMARY serves production traffic. DRAINING: deleted, and its tasks are being stopped; then the record is gone. */
export type TaskSetStatus = "PRIMARY" | "ACTIVE" | "DRAINING";

/**
 * A part of the tasks of a service with the EXTERNAL deployment controller: those of one revision, as many as a share
 * of the desired count. Times are milliseconds since the epoch; fields are those of the API where it has them.
 */
export interface TaskSetRecord extends ServiceName, Rollout {
  readonly status: TaskSetStatus;
  readonly externalId?: string;
  /** Percent of the service's desired count, from 0 to 100. */
  readonly scale: number;
  readonly stabilityStatus: "STEADY_STATE" | "STABILIZING";
  /** Since when that is so. */
  readonly stabilityStatusAt: number;
  readonly tags: readonly Tag[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const taskSets: Collection<TaskSetRecord, "service"> = {
  name: "ecs/task-set",
  indexes: { service: servicePath },
  machines: [taskSetMachine],
};

/** `id` is the whole one, `ecs-svc/` and 19 digits. */
export function taskSetKey(at: ServiceName, id: string): Key<TaskSetRecord> {
  return keyOf(taskSets, at.account, at.region, at.clusterName, at.serviceName, id);
}

export function taskSetArn(at: ServiceName, id: string): string {
  return ecsArn(at, `task-set/${at.clusterName}/${at.serviceName}/${id}`);
}

/** The key of the task set with this ARN, or undefined when the ARN is not a task set's. */
export function taskSetKeyOfArn(arn: Arn | undefined): Key<TaskSetRecord> | undefined {
  const [kind, clusterName, serviceName, ...id] = arn?.resource.split("/") ?? [];
  if (arn?.service !== "ecs" || kind !== "task-set" || !clusterName || !serviceName || id.length !== 2)
    return undefined;
  return taskSetKey({ account: arn.account, region: arn.region, clusterName, serviceName }, id.join("/"));
}

/** How many tasks the set is to have: the share of the desired count, rounded up ("computedDesiredCount"). */
export function computedDesiredCount({ scale }: Pick<TaskSetRecord, "scale">, desiredCount: number): number {
  // Shares are decimal fractions: 1.1 percent of 3,000 is 33, and not the next above what floating-point makes of it.
  return Math.ceil(Math.round(desiredCount * scale * 1e6) / 1e8);
}
