import type { Operations } from "#generated/cloudwatch/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import { DisableAlarmActions, EnableAlarmActions } from "./alarm-actions.ts";
import { DeleteAlarms } from "./delete-alarms.ts";
import { DeleteDashboards } from "./delete-dashboards.ts";
import { DescribeAlarmHistory } from "./describe-alarm-history.ts";
import { DescribeAlarms } from "./describe-alarms.ts";
import { DescribeAlarmsForMetric } from "./describe-alarms-for-metric.ts";
import { GetDashboard } from "./get-dashboard.ts";
import { getMetricData } from "./get-metric-data.ts";
import { getMetricStatistics } from "./get-metric-statistics.ts";
import { getMetricWidgetImage } from "./get-metric-widget-image.ts";
import { ListDashboards } from "./list-dashboards.ts";
import { listMetrics } from "./list-metrics.ts";
import { PutCompositeAlarm } from "./put-composite-alarm.ts";
import { PutDashboard } from "./put-dashboard.ts";
import { PutMetricAlarm } from "./put-metric-alarm.ts";
import { putMetricData } from "./put-metric-data.ts";
import { SetAlarmState } from "./set-alarm-state.ts";
import { ListTagsForResource, TagResource, UntagResource } from "./tags.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(storage: MetricStorage) {
  return {
    DeleteAlarms,
    DeleteDashboards,
    DescribeAlarmHistory,
    DescribeAlarms,
    DescribeAlarmsForMetric,
    DisableAlarmActions,
    EnableAlarmActions,
    GetDashboard,
    GetMetricData: getMetricData(storage),
    GetMetricStatistics: getMetricStatistics(storage),
    GetMetricWidgetImage: getMetricWidgetImage(storage),
    ListDashboards,
    ListMetrics: listMetrics(storage),
    ListTagsForResource,
    PutCompositeAlarm,
    PutDashboard,
    PutMetricAlarm,
    PutMetricData: putMetricData(storage),
    SetAlarmState,
    TagResource,
    UntagResource,
  } satisfies Handlers<Operations>;
}
