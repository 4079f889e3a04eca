import { absent, type Collection, type Key, keyOf, type Read, type Store } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { schedulerArn } from "./world.ts";

/** The group that each account has in each region, and that schedules are in when none is named. */
export const defaultGroupName = "default";

/** Times are milliseconds since the epoch. */
export interface ScheduleGroupRecord extends World {
  readonly name: string;
  /** DELETING: its schedules are being removed, then it goes itself. */
  readonly state: "ACTIVE" | "DELETING";
  readonly tags: Readonly<Record<string, string>>;
  readonly clientToken?: string;
  /** Absent: the default group, which nobody made. */
  readonly creationDate?: number;
  readonly lastModificationDate?: number;
}

/** Index `world`: by `worldOf`. The default group has a record only once it has been tagged. */
export const scheduleGroups: Collection<ScheduleGroupRecord, "world"> = {
  name: "scheduler/group",
  indexes: { world: worldOf },
};

export function groupKey({ account, region }: World, name: string): Key<ScheduleGroupRecord> {
  return keyOf(scheduleGroups, account, region, name);
}

export function groupArn(world: World, name: string): string {
  return schedulerArn(world, `schedule-group/${name}`);
}

/** A group as it is; its record may be still to be written. */
export interface FoundGroup {
  readonly read: Read<ScheduleGroupRecord>;
  readonly group: ScheduleGroupRecord;
}

export function groupIfAny(store: Pick<Store, "view">, world: World, name: string): FoundGroup | undefined {
  const key = groupKey(world, name);
  const read: Read<ScheduleGroupRecord> = store.view(scheduleGroups).get(key) ?? absent(key);
  if (read.value !== undefined) return { read, group: read.value };
  const { account, region } = world;
  return name === defaultGroupName ? { read, group: { account, region, name, state: "ACTIVE", tags: {} } } : undefined;
}
