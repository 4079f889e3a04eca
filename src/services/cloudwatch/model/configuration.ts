import type { Put } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { type AlarmRecord, alarmKey, type MetricAlarmRecord } from "./alarm.ts";
import { historyOf, historyPuts } from "./history.ts";

/** What every new alarm is until it is evaluated. */
export function newAlarmState({ account, region }: World, tags: Readonly<Record<string, string>>, now: number) {
  return {
    account,
    region,
    tags,
    stateValue: "INSUFFICIENT_DATA" as const,
    stateReason: "Unchecked: Initial alarm creation",
    stateUpdatedAt: now,
    stateTransitionedAt: now,
  };
}

/** A new alarm on metrics, and what its history says of it. */
export function createdAlarm(world: World, configuration: MetricAlarmRecord["configuration"], now: number): Put[] {
  const value: MetricAlarmRecord = {
    ...newAlarmState(world, {}, now),
    type: "metric",
    configuration,
    configurationUpdatedAt: now,
  };
  return [{ key: alarmKey(world, configuration.AlarmName), value }, ...historyPuts([configuredAlarm(value, now)])];
}

/** What the history says of a deleted alarm. */
export function deletedAlarm(alarm: AlarmRecord, now: number): Put[] {
  const summary = `Alarm "${alarm.configuration.AlarmName}" deleted`;
  return historyPuts([historyOf(alarm, now, "ConfigurationUpdate", summary, { version: "1.0", type: "Delete" })]);
}

/** What the history says of an alarm that was made, or, with what it was before, changed. */
export function configuredAlarm(alarm: AlarmRecord, now: number, before?: AlarmRecord) {
  const { configuration } = alarm;
  const data = {
    version: "1.0",
    type: before ? "Update" : "Create",
    ...(before && { updatedAlarm: configuration }),
  };
  const summary = `Alarm "${configuration.AlarmName}" ${before ? "updated" : "created"}`;
  return historyOf(alarm, now, "ConfigurationUpdate", summary, data);
}
