import type { NotScaledReason, ScalingActivityStatusCode } from "#generated/application-autoscaling/types.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import type { ServiceName } from "#services/ecs/model.ts";

/** Something that was scaled, or was not for a reason. Kept for six weeks. Times are milliseconds since the epoch. */
export interface ScalingActivityRecord extends ServiceName {
  readonly id: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly statusCode: ScalingActivityStatusCode;
  readonly statusMessage?: string;
  readonly notScaledReasons?: readonly NotScaledReason[];
  /** Of a change of the capacity. */
  readonly change?: CapacityChange;
}

export interface CapacityChange {
  readonly from: number;
  readonly to: number;
  readonly minCapacity: number;
  readonly maxCapacity: number;
}

/** Index `world`: by account and region. */
export const scalingActivities: Collection<ScalingActivityRecord, "world"> = {
  name: "autoscaling/activity",
  indexes: { world: worldOf },
};

/** In the order of their starts. */
export function activityKey(at: World & Pick<ScalingActivityRecord, "startedAt" | "id">): Key<ScalingActivityRecord> {
  return keyOf(scalingActivities, at.account, at.region, activityPosition(at));
}

export function activityPosition({ startedAt, id }: Pick<ScalingActivityRecord, "startedAt" | "id">): string {
  return `${String(startedAt).padStart(15, "0")}-${id}`;
}
