import type { Operations } from "#generated/cloudwatch/types.ts";
import { formatArn, parseArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type OperationAuthorization,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import type { Tags } from "#kernel/tags.ts";
import {
  alarmArn,
  alarmKey,
  alarmNameOf,
  alarms,
  dashboardArn,
  dashboardKey,
  dashboardNameOf,
  dashboards,
} from "./model.ts";

const onAlarm: OperationAuthorization<{ readonly AlarmName: string }> = {
  resources: ({ AlarmName: name }, scope) => [alarmArn(scope, name)],
};
const onAlarms: OperationAuthorization<{ readonly AlarmNames: readonly string[] }> = {
  resources: ({ AlarmNames: names }, scope) => names.map((name) => alarmArn(scope, name)),
};
const onArn: OperationAuthorization<{ readonly ResourceARN: string }> = {
  resources: ({ ResourceARN: arn }) => [arn],
};

const onDashboard: OperationAuthorization<{ readonly DashboardName: string }> = {
  resources: ({ DashboardName: name }, scope) => [dashboardArn(scope, name)],
};

const onNamed = (type: string, name: string, { region, account, partition }: AuthorizationScope) =>
  formatArn({ partition, service: "cloudwatch", region, account, resource: `${type}${name}` });
const onMuteRule: OperationAuthorization<{ readonly AlarmMuteRuleName: string }> = {
  resources: ({ AlarmMuteRuleName: name }, scope) => [onNamed("alarm-mute-rule:", name, scope)],
};
const onRules: OperationAuthorization<{ readonly RuleNames: readonly string[] }> = {
  resources: ({ RuleNames: names }, scope) => names.map((name) => onNamed("insight-rule/", name, scope)),
};
const onRule: OperationAuthorization<{ readonly RuleName: string }> = {
  resources: ({ RuleName: name }, scope) => [onNamed("insight-rule/", name, scope)],
};
const onStream: OperationAuthorization<{ readonly Name: string }> = {
  resources: ({ Name: name }, scope) => [onNamed("metric-stream/", name, scope)],
};
const onStreams: OperationAuthorization<{ readonly Names: readonly string[] }> = {
  resources: ({ Names: names }, scope) => names.map((name) => onNamed("metric-stream/", name, scope)),
};

interface WithTags {
  readonly Tags?: Parameters<typeof tagsOf>[0];
}

/** Whoever tags what it makes must be allowed to tag, too (CloudWatch API, `Tags` of PutMetricAlarm and its like). */
function tagged<Input>(entry: OperationAuthorization<Input>): OperationAuthorization<Input & WithTags> {
  return {
    ...entry,
    requestTags: ({ Tags: tags }) => tagsOf(tags),
    also: (input, scope) => {
      const requestTags = tagsOf(input.Tags);
      const named = input.Tags?.length ? (entry.resources?.(input, scope) ?? []) : [];
      return named.map((resource) => ({ action: "cloudwatch:TagResource", resource, requestTags }));
    },
  };
}

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
  readonly InsufficientDataActions?: readonly string[];
}

const put = tagged<Alarm>({
  ...onAlarm,
  conditionKeys: ({ AlarmActions = [], OKActions = [], InsufficientDataActions = [] }) => ({
    "cloudwatch:AlarmActions": [...AlarmActions, ...OKActions, ...InsufficientDataActions],
  }),
});

/** "Actions, resources, and condition keys for Amazon CloudWatch" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  DeleteAlarmMuteRule: onMuteRule,
  DeleteAlarms: onAlarms,
  DeleteAnomalyDetector: {},
  DeleteDashboards: { resources: ({ DashboardNames: names }, scope) => names.map((name) => dashboardArn(scope, name)) },
  DeleteInsightRules: onRules,
  DeleteMetricStream: onStream,
  DescribeAlarmHistory: { resources: ({ AlarmName: name = "*" }, scope) => [alarmArn(scope, name)] },
  DescribeAlarms: { resources: (input, scope) => (input.AlarmNames ?? ["*"]).map((name) => alarmArn(scope, name)) },
  DescribeAlarmsForMetric: {},
  DescribeAnomalyDetectors: {},
  DescribeInsightRules: {},
  DisableAlarmActions: onAlarms,
  DisableInsightRules: onRules,
  EnableAlarmActions: onAlarms,
  EnableInsightRules: onRules,
  GetAlarmMuteRule: onMuteRule,
  GetDashboard: onDashboard,
  GetInsightRuleReport: onRule,
  GetMetricData: {},
  GetMetricStatistics: {},
  GetMetricStream: onStream,
  GetMetricWidgetImage: {},
  GetOTelEnrichment: {},
  ListAlarmMuteRules: { resources: (_input, scope) => [onNamed("alarm-mute-rule:", "*", scope)] },
  ListDashboards: {},
  ListManagedInsightRules: {},
  ListMetricStreams: {},
  ListMetrics: {},
  ListTagsForResource: onArn,
  PutAlarmMuteRule: tagged<{ readonly Name: string }>({
    resources: ({ Name: name }, scope) => [onNamed("alarm-mute-rule:", name, scope)],
  }),
  PutAnomalyDetector: {},
  PutCompositeAlarm: put,
  PutDashboard: tagged(onDashboard),
  PutInsightRule: tagged(onRule),
  PutLogAlarm: put,
  PutManagedInsightRules: {},
  PutMetricAlarm: put,
  PutMetricData: { conditionKeys: ({ Namespace }) => ({ "cloudwatch:namespace": Namespace }) },
  PutMetricStream: tagged(onStream),
  SetAlarmState: onAlarm,
  StartMetricStreams: onStreams,
  StartOTelEnrichment: {},
  StopMetricStreams: onStreams,
  StopOTelEnrichment: {},
  TagResource: { ...onArn, requestTags: ({ Tags: tags }) => tagsOf(tags) },
  UntagResource: { ...onArn, tagKeys: ({ TagKeys: keys }) => keys },
};

export const authorization: ServiceAuthorization = { prefix: "cloudwatch", operations, resourceTags };

function resourceTags(text: string, { store, region }: AuthorizationScope): Tags | undefined {
  const arn = parseArn(text);
  if (arn === undefined) return undefined;
  const dashboard = dashboardNameOf({ account: arn.account, region }, text);
  if (dashboard !== undefined) return store.view(dashboards).get(dashboardKey(arn.account, dashboard))?.value.tags;
  const alarm = alarmNameOf(arn, text);
  return alarm === undefined ? undefined : store.view(alarms).get(alarmKey(arn, alarm))?.value.tags;
}
