import type { Operations } from "#generated/cloudwatch/types.ts";
import { parseArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type OperationAuthorization,
  type ServiceAuthorization,
  type Tags,
  tagsOf,
} from "#kernel/authorization.ts";
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

/** An alarm that is made with tags. */
const put: OperationAuthorization<{
  readonly AlarmName: string;
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
  readonly InsufficientDataActions?: readonly string[];
  readonly Tags?: Parameters<typeof tagsOf>[0];
}> = {
  ...onAlarm,
  requestTags: ({ Tags: tags }) => tagsOf(tags ?? []),
  conditionKeys: ({ AlarmActions = [], OKActions = [], InsufficientDataActions = [] }) => ({
    "cloudwatch:AlarmActions": [...AlarmActions, ...OKActions, ...InsufficientDataActions],
  }),
};

/** "Actions, resources, and condition keys for Amazon CloudWatch" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  DeleteAlarms: onAlarms,
  DeleteDashboards: { resources: ({ DashboardNames: names }, scope) => names.map((name) => dashboardArn(scope, name)) },
  DescribeAlarmHistory: { resources: ({ AlarmName: name = "*" }, scope) => [alarmArn(scope, name)] },
  DescribeAlarms: { resources: (input, scope) => (input.AlarmNames ?? ["*"]).map((name) => alarmArn(scope, name)) },
  DescribeAlarmsForMetric: {},
  DisableAlarmActions: onAlarms,
  EnableAlarmActions: onAlarms,
  GetDashboard: onDashboard,
  GetMetricData: {},
  GetMetricStatistics: {},
  GetMetricWidgetImage: {},
  ListDashboards: {},
  ListMetrics: {},
  ListTagsForResource: onArn,
  PutCompositeAlarm: put,
  PutDashboard: { ...onDashboard, requestTags: ({ Tags: tags }) => tagsOf(tags ?? []) },
  PutMetricAlarm: put,
  PutMetricData: { conditionKeys: ({ Namespace }) => ({ "cloudwatch:namespace": Namespace }) },
  SetAlarmState: onAlarm,
  TagResource: { ...onArn, requestTags: ({ Tags: tags }) => tagsOf(tags) },
  UntagResource: { ...onArn, tagKeys: ({ TagKeys: keys }) => keys },
};

export const authorization: ServiceAuthorization = { prefix: "cloudwatch", operations, resourceTags };

function resourceTags(text: string, { store }: AuthorizationScope): Tags | undefined {
  const arn = parseArn(text);
  if (arn === undefined) return undefined;
  const dashboard = dashboardNameOf(arn.account, text);
  if (dashboard !== undefined) return store.view(dashboards).get(dashboardKey(arn.account, dashboard))?.value.tags;
  const alarm = alarmNameOf(arn, text);
  return alarm === undefined ? undefined : store.view(alarms).get(alarmKey(arn, alarm))?.value.tags;
}
