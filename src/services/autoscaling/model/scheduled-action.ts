import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import type { ServiceName } from "#services/ecs/model.ts";
import { partArn, targetPath } from "./target.ts";

/** New bounds for a target at certain times. Times are milliseconds since the epoch. */
export interface ScheduledActionRecord extends ServiceName {
  readonly scheduledActionName: string;
  /** That of its target. */
  readonly uuid: string;
  /** `at(...)`, `rate(...)` or `cron(...)`. */
  readonly schedule: string;
  readonly timezone?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
  readonly createdAt: number;
  /** When it was put last: earlier times are none of its. */
  readonly since: number;
  /** The last of its times that was seen to. */
  readonly firedAt?: number;
}

/** Indexes: `target` by `targetPath`, `world` by account and region. */
export const scheduledActions: Collection<ScheduledActionRecord, "target" | "world"> = {
  name: "autoscaling/scheduled-action",
  indexes: { target: targetPath, world: worldOf },
};

export function scheduledActionKey(at: ServiceName, name: string): Key<ScheduledActionRecord> {
  return keyOf(scheduledActions, at.account, at.region, at.clusterName, at.serviceName, name);
}

export function scheduledActionArn(action: ScheduledActionRecord): string {
  return partArn(action, "scheduledAction", `scheduledActionName/${action.scheduledActionName}`);
}
