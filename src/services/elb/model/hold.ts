import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import type { TargetGroupRecord } from "./target-group.ts";

/** Somebody sees to it that a target group gets targets: its requests wait for the first healthy one. */
export interface HoldRecord extends World {
  readonly targetGroupArn: string;
  /** The key of the record of whoever asked for it. */
  readonly owner: string;
  /** How long a request waits. */
  readonly seconds: number;
  /** Requests wait, and the owner has not seen to it yet: since then, in milliseconds since the epoch. */
  readonly waitingSince?: number;
}

/** Indexes: `targetGroup` by ARN; `owner` by its key. */
export const holds: Collection<HoldRecord, "targetGroup" | "owner"> = {
  name: "elb/hold",
  indexes: { targetGroup: ({ targetGroupArn }) => targetGroupArn, owner: ({ owner }) => owner },
};

export function holdKey(group: World & Pick<TargetGroupRecord, "id">, owner: string): Key<HoldRecord> {
  return keyOf(holds, group.account, group.region, group.id, owner);
}
