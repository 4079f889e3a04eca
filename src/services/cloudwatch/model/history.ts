import type { HistoryItemType } from "#generated/cloudwatch/types.ts";
import { type Collection, type Key, keyOf, type Prefix, type Put, prefixOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import type { AlarmRecord } from "./alarm.ts";

/** Something that happened to an alarm. It is kept for 30 days, after the alarm is gone too. */
export interface AlarmHistoryRecord extends World {
  readonly alarmName: string;
  readonly alarmType: "MetricAlarm" | "CompositeAlarm";
  readonly time: number;
  readonly itemType: HistoryItemType;
  readonly summary: string;
  /** JSON */
  readonly data: string;
}

export const alarmHistory: Collection<AlarmHistoryRecord> = { name: "cloudwatch/alarm-history" };

/** In the order of their times; `position` tells those of one moment apart. */
function historyKey({ account, region, alarmName, time }: AlarmHistoryRecord, position: number) {
  const at = `${String(time).padStart(15, "0")}-${String(position).padStart(4, "0")}`;
  return keyOf(alarmHistory, account, region, alarmName, at) as Key<AlarmHistoryRecord>;
}

export function historyPrefix({ account, region }: World, alarmName?: string): Prefix<AlarmHistoryRecord> {
  return prefixOf(alarmHistory, account, region, ...(alarmName === undefined ? [] : [alarmName]));
}

function alarmTypeOf({ type }: AlarmRecord): AlarmHistoryRecord["alarmType"] {
  return type === "metric" ? "MetricAlarm" : "CompositeAlarm";
}

export function historyOf(
  alarm: AlarmRecord,
  time: number,
  itemType: AlarmHistoryRecord["itemType"],
  summary: string,
  data: object,
): AlarmHistoryRecord {
  const { account, region } = alarm;
  const { AlarmName: alarmName } = alarm.configuration;
  return {
    account,
    region,
    alarmName,
    alarmType: alarmTypeOf(alarm),
    time,
    itemType,
    summary,
    data: JSON.stringify(data),
  };
}

export function historyPuts(items: readonly AlarmHistoryRecord[]): Put[] {
  return items.map((item, i) => ({ key: historyKey(item, i), value: item }));
}
