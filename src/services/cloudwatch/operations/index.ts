import type { Operations } from "#generated/cloudwatch/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import { DisableAlarmActions, EnableAlarmActions } from "./alarm-actions.ts";
import { DeleteAlarmMuteRule, GetAlarmMuteRule, ListAlarmMuteRules, PutAlarmMuteRule } from "./alarm-mute-rules.ts";
import { DeleteAnomalyDetector, DescribeAnomalyDetectors, PutAnomalyDetector } from "./anomaly-detectors.ts";
import { DeleteAlarms } from "./delete-alarms.ts";
import { DeleteDashboards } from "./delete-dashboards.ts";
import { DescribeAlarmHistory } from "./describe-alarm-history.ts";
import { DescribeAlarms } from "./describe-alarms.ts";
import { DescribeAlarmsForMetric } from "./describe-alarms-for-metric.ts";
import { GetDashboard } from "./get-dashboard.ts";
import { getMetricData } from "./get-metric-data.ts";
import { getMetricStatistics } from "./get-metric-statistics.ts";
import { getMetricWidgetImage } from "./get-metric-widget-image.ts";
import {
  DeleteInsightRules,
  DescribeInsightRules,
  DisableInsightRules,
  EnableInsightRules,
  GetInsightRuleReport,
  ListManagedInsightRules,
  PutInsightRule,
  PutManagedInsightRules,
} from "./insight-rules.ts";
import { ListDashboards } from "./list-dashboards.ts";
import { listMetrics } from "./list-metrics.ts";
import {
  DeleteMetricStream,
  GetMetricStream,
  ListMetricStreams,
  PutMetricStream,
  StartMetricStreams,
  StopMetricStreams,
} from "./metric-streams.ts";
import { GetOTelEnrichment, StartOTelEnrichment, StopOTelEnrichment } from "./otel-enrichment.ts";
import { PutCompositeAlarm } from "./put-composite-alarm.ts";
import { PutDashboard } from "./put-dashboard.ts";
import { PutLogAlarm } from "./put-log-alarm.ts";
import { PutMetricAlarm } from "./put-metric-alarm.ts";
import { putMetricData } from "./put-metric-data.ts";
import { SetAlarmState } from "./set-alarm-state.ts";
import { ListTagsForResource, TagResource, UntagResource } from "./tags.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(storage: MetricStorage) {
  return {
    DeleteAlarmMuteRule,
    DeleteAlarms,
    DeleteAnomalyDetector,
    DeleteDashboards,
    DeleteInsightRules,
    DeleteMetricStream,
    DescribeAlarmHistory,
    DescribeAlarms,
    DescribeAlarmsForMetric,
    DescribeAnomalyDetectors,
    DescribeInsightRules,
    DisableAlarmActions,
    DisableInsightRules,
    EnableAlarmActions,
    EnableInsightRules,
    GetAlarmMuteRule,
    GetDashboard,
    GetInsightRuleReport,
    GetMetricData: getMetricData(storage),
    GetMetricStatistics: getMetricStatistics(storage),
    GetMetricStream,
    GetMetricWidgetImage: getMetricWidgetImage(storage),
    GetOTelEnrichment,
    ListAlarmMuteRules,
    ListDashboards,
    ListManagedInsightRules,
    ListMetricStreams,
    ListMetrics: listMetrics(storage),
    ListTagsForResource,
    PutAlarmMuteRule,
    PutAnomalyDetector,
    PutCompositeAlarm,
    PutDashboard,
    PutInsightRule,
    PutLogAlarm,
    PutManagedInsightRules,
    PutMetricAlarm,
    PutMetricData: putMetricData(storage),
    PutMetricStream,
    SetAlarmState,
    StartMetricStreams,
    StartOTelEnrichment,
    StopMetricStreams,
    StopOTelEnrichment,
    TagResource,
    UntagResource,
  } satisfies Handlers<Operations>;
}
