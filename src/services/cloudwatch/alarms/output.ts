import type { CompositeAlarm, MetricAlarm } from "#generated/cloudwatch/types.ts";
import { type AlarmRecord, alarmArn, type CompositeAlarmRecord, type MetricAlarmRecord } from "../model.ts";

export function toMetricAlarm(alarm: MetricAlarmRecord): MetricAlarm {
  const { configuration } = alarm;
  const queries = configuration.Metrics?.map((query) => ({ ...query, ReturnData: query.ReturnData ?? true }));
  return {
    ...configuration,
    ...(queries ? { Metrics: queries } : { Dimensions: configuration.Dimensions ?? [] }),
    ...common(alarm),
  };
}

export function toCompositeAlarm(alarm: CompositeAlarmRecord): CompositeAlarm {
  const { configuration, suppression } = alarm;
  return {
    ...configuration,
    ...common(alarm),
    ...(suppression && {
      ActionsSuppressedBy: suppression.by,
      ActionsSuppressedReason: `Actions suppressed by ${suppression.by}`,
    }),
  };
}

function common(alarm: AlarmRecord) {
  const { configuration, stateReasonData } = alarm;
  return {
    AlarmArn: alarmArn(alarm, configuration.AlarmName),
    AlarmConfigurationUpdatedTimestamp: alarm.configurationUpdatedAt,
    ActionsEnabled: configuration.ActionsEnabled ?? true,
    OKActions: configuration.OKActions ?? [],
    AlarmActions: configuration.AlarmActions ?? [],
    InsufficientDataActions: configuration.InsufficientDataActions ?? [],
    StateValue: alarm.stateValue,
    StateReason: alarm.stateReason,
    ...(stateReasonData !== undefined && { StateReasonData: stateReasonData }),
    StateUpdatedTimestamp: alarm.stateUpdatedAt,
    StateTransitionedTimestamp: alarm.stateTransitionedAt,
  };
}
