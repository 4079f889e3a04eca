import type { Target } from "#generated/scheduler/types.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import type { TargetAddress } from "#services/events/model.ts";
import { schedulerArn } from "./world.ts";

/** A schedule. Times are milliseconds since the epoch; fields are those of the API where it has them. */
export interface ScheduleRecord extends World {
  readonly groupName: string;
  readonly name: string;
  readonly description?: string;
  readonly scheduleExpression: string;
  /** A name of the tz database. */
  readonly timezone: string;
  readonly startDate?: number;
  readonly endDate?: number;
  readonly state: "ENABLED" | "DISABLED";
  /** Absent: FlexibleTimeWindow is OFF. */
  readonly maximumWindowInMinutes?: number;
  readonly actionAfterCompletion: "NONE" | "DELETE";
  readonly target: Target;
  readonly address: TargetAddress;
  /** When it was enabled, or its times were changed. */
  readonly since: number;
  /** The last of its times that was seen to. */
  readonly firedAt?: number;
  readonly clientToken?: string;
  readonly creationDate: number;
  readonly lastModificationDate: number;
}

/** Indexes: `world`; `group`: by account, region and group. */
export const schedules: Collection<ScheduleRecord, "world" | "group"> = {
  name: "scheduler/schedule",
  indexes: { world: worldOf, group: groupPath },
};

export function groupPath({ account, region, groupName }: World & { readonly groupName: string }): string {
  return `${account}/${region}/${groupName}`;
}

export function scheduleKey({ account, region }: World, groupName: string, name: string): Key<ScheduleRecord> {
  return keyOf(schedules, account, region, groupName, name);
}

export function scheduleArn(schedule: World & { readonly groupName: string; readonly name: string }): string {
  return schedulerArn(schedule, `schedule/${schedule.groupName}/${schedule.name}`);
}
