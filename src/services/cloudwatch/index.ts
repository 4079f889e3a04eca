import type { EventSource } from "#kernel/event-source.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import { alarmConfigurationChanges, alarmStateChanges } from "./alarms/event.ts";
import { alarmReader } from "./alarms/read.ts";
import { authorization } from "./authorization.ts";
import { alarmController } from "./controllers/alarm/controller.ts";
import { compositeController } from "./controllers/composite/controller.ts";
import { historyReaper } from "./controllers/history/reaper.ts";
import type { MetricStorage } from "./metrics/storage.ts";
import { alarmHistory, alarms, dashboards } from "./model.ts";
import { createOperations } from "./operations/index.ts";
import { checkMetricAlarm } from "./operations/put-metric-alarm.ts";

export { createMetricSink } from "./metrics/sink.ts";
export { MetricStorage } from "./metrics/storage.ts";
export { contentTypes, formatOf, writeExposition } from "./prometheus/exposition.ts";
export { type Family, type FamilySample, type Label, single } from "./prometheus/family.ts";
export { latestFamilies } from "./prometheus/latest.ts";
export { RemoteWrite, type WritePosition } from "./prometheus/remote-write.ts";

export const cloudWatchCollections = [alarmHistory, alarms, dashboards];

/** What Amazon CloudWatch tells EventBridge. */
export const cloudWatchEventSources: readonly EventSource[] = [alarmStateChanges, alarmConfigurationChanges];

export interface CloudWatchOptions {
  /** Where data points are kept: shared with those who measure. */
  readonly storage: MetricStorage;
}

/** Amazon CloudWatch. */
export function createCloudWatch({ storage }: CloudWatchOptions): ServiceModule {
  return {
    name: "cloudwatch",
    operations: createOperations(storage),
    controllers: [alarmController(storage), compositeController, historyReaper],
    collections: cloudWatchCollections,
    authorization,
  };
}

/** What those need who make alarms of their own and act on them. */
export function alarmPorts(storage: MetricStorage) {
  return { readAlarm: alarmReader(storage), checkAlarm: checkMetricAlarm };
}
