import type { MetricDataQuery } from "#generated/cloudwatch/types.ts";
import type { EventSource } from "#kernel/event-source.ts";
import { type AlarmRecord, alarmArn, alarms, type CompositeAlarmRecord, type MetricAlarmRecord } from "../model.ts";
import { queriesOf } from "./queries.ts";

/** "CloudWatch Alarm State Change" (user guide, "Alarm events and EventBridge"). */
export const alarmStateChanges: EventSource = {
  source: "aws.cloudwatch",
  collection: alarms.name,
  toEvents({ before, after }) {
    const [was, is] = [before, after] as [AlarmRecord | undefined, AlarmRecord | undefined];
    if (was === undefined || is === undefined || was.stateValue === is.stateValue) return [];
    const detailType = "CloudWatch Alarm State Change";
    return [{ detailType, resources: [alarmArn(is, is.configuration.AlarmName)], detail: alarmData(was, is) }];
  },
};

/** "CloudWatch Alarm Configuration Change" (as above): an alarm was made, changed or deleted. */
export const alarmConfigurationChanges: EventSource = {
  source: "aws.cloudwatch",
  collection: alarms.name,
  toEvents({ before, after }) {
    const [was, is] = [before, after] as [AlarmRecord | undefined, AlarmRecord | undefined];
    const alarm = is ?? was;
    if (alarm === undefined || was?.configurationUpdatedAt === is?.configurationUpdatedAt) return [];
    const detail = {
      alarmName: alarm.configuration.AlarmName,
      operation: is === undefined ? "delete" : was === undefined ? "create" : "update",
      state: was === undefined ? { ...stateOf(alarm), reason: undefined } : stateOf(alarm),
      configuration: configurationOf(alarm),
      ...(was !== undefined && is !== undefined && { previousConfiguration: configurationOf(was) }),
    };
    const resources = [alarmArn(alarm, alarm.configuration.AlarmName)];
    return [{ detailType: "CloudWatch Alarm Configuration Change", resources, detail }];
  },
};

function configurationOf(alarm: AlarmRecord): object {
  const { configuration } = alarm;
  return {
    ...(alarm.type === "metric" ? metricConfigurationOf(alarm) : compositeConfigurationOf(alarm)),
    alarmName: configuration.AlarmName,
    description: configuration.AlarmDescription,
    actionsEnabled: configuration.ActionsEnabled ?? true,
    timestamp: timestampOf(alarm.configurationUpdatedAt),
    okActions: configuration.OKActions ?? [],
    alarmActions: configuration.AlarmActions ?? [],
    insufficientDataActions: configuration.InsufficientDataActions ?? [],
  };
}

function metricConfigurationOf(alarm: MetricAlarmRecord): object {
  const { configuration } = alarm;
  return {
    evaluationPeriods: configuration.EvaluationPeriods,
    datapointsToAlarm: configuration.DatapointsToAlarm,
    threshold: configuration.Threshold,
    comparisonOperator: configuration.ComparisonOperator,
    treatMissingData: configuration.TreatMissingData,
    evaluateLowSampleCountPercentile: configuration.EvaluateLowSampleCountPercentile,
    metrics: queriesOf(configuration).map((query) => toQuery(query, alarm)),
  };
}

function compositeConfigurationOf({ configuration }: CompositeAlarmRecord): object {
  return {
    alarmRule: configuration.AlarmRule,
    actionsSuppressor: configuration.ActionsSuppressor,
    actionsSuppressorWaitPeriod: configuration.ActionsSuppressorWaitPeriod,
    actionsSuppressorExtensionPeriod: configuration.ActionsSuppressorExtensionPeriod,
  };
}

/** What happened, as events and the actions of alarms tell it. */
export function alarmData(was: AlarmRecord, is: AlarmRecord): object {
  return {
    alarmName: is.configuration.AlarmName,
    state: stateOf(is),
    previousState: stateOf(was),
    configuration: {
      ...(is.configuration.AlarmDescription !== undefined && { description: is.configuration.AlarmDescription }),
      ...(is.type === "metric"
        ? { metrics: queriesOf(is.configuration).map((query) => toQuery(query, is)) }
        : { alarmRule: is.configuration.AlarmRule }),
    },
  };
}

function stateOf({ stateValue, stateReason, stateReasonData, stateUpdatedAt }: AlarmRecord): object {
  return {
    value: stateValue,
    reason: stateReason,
    ...(stateReasonData !== undefined && { reasonData: stateReasonData }),
    timestamp: timestampOf(stateUpdatedAt),
  };
}

function timestampOf(time: number): string {
  return new Date(time).toISOString().replace("Z", "+0000");
}

function toQuery(query: MetricDataQuery, { account }: MetricAlarmRecord): object {
  const { Id: id, MetricStat: stat, Expression: expression, Label: label, ReturnData: returnData = true } = query;
  return {
    id,
    ...(stat && {
      metricStat: {
        metric: {
          namespace: stat.Metric.Namespace,
          name: stat.Metric.MetricName,
          dimensions: Object.fromEntries((stat.Metric.Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
        },
        period: stat.Period,
        stat: stat.Stat,
        ...(stat.Unit !== undefined && { unit: stat.Unit }),
      },
      accountId: account,
    }),
    ...(expression !== undefined && { expression }),
    ...(label !== undefined && { label }),
    returnData,
  };
}
