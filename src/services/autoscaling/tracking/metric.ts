import type {
  CustomizedMetricSpecification,
  PredefinedMetricSpecification,
  TargetTrackingMetricDataQuery,
  TargetTrackingScalingPolicyConfiguration,
} from "#generated/application-autoscaling/types.ts";
import type { MetricDataQuery, PutMetricAlarmInput } from "#generated/cloudwatch/types.ts";
import type { ServiceName } from "#services/ecs/model.ts";

/** What an alarm watches: the part of PutMetricAlarm that says so. */
export type WatchedMetric = Pick<
  PutMetricAlarmInput,
  "Namespace" | "MetricName" | "Dimensions" | "Statistic" | "Unit" | "Period" | "Metrics"
>;

const periodSeconds = 60;

/** The metric that a policy tracks, as AWS's alarms on it have it. */
export function trackedMetric(
  service: ServiceName,
  { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: customized }: Specifications,
): WatchedMetric {
  return predefined ? predefinedMetric(service, predefined) : customizedMetric(customized!);
}
type Specifications = Omit<TargetTrackingScalingPolicyConfiguration, "TargetValue">;

function predefinedMetric(
  { clusterName, serviceName }: ServiceName,
  { PredefinedMetricType: type, ResourceLabel: label = "" }: PredefinedMetricSpecification,
): WatchedMetric {
  if (type === "ALBRequestCountPerTarget") {
    const { loadBalancer = "", targetGroup = "" } = labelParts(label) ?? {};
    return {
      ...{ Namespace: "AWS/ApplicationELB", MetricName: "RequestCountPerTarget", Statistic: "Sum" },
      Dimensions: [
        { Name: "TargetGroup", Value: targetGroup },
        { Name: "LoadBalancer", Value: loadBalancer },
      ],
      Period: periodSeconds,
    };
  }
  const MetricName = type === "ECSServiceAverageCPUUtilization" ? "CPUUtilization" : "MemoryUtilization";
  return {
    ...{ Namespace: "AWS/ECS", MetricName, Statistic: "Average", Unit: "Percent" },
    Dimensions: [
      { Name: "ClusterName", Value: clusterName },
      { Name: "ServiceName", Value: serviceName },
    ],
    Period: periodSeconds,
  };
}

/** What a `ResourceLabel` names: `app/NAME/ID/targetgroup/NAME/ID`; undefined: it is none. */
export function labelParts(label: string) {
  const [, loadBalancer, targetGroup] = /^(app\/[^/]+\/[^/]+)\/(targetgroup\/[^/]+\/[^/]+)$/.exec(label) ?? [];
  return loadBalancer === undefined || targetGroup === undefined ? undefined : { loadBalancer, targetGroup };
}

function customizedMetric(specification: CustomizedMetricSpecification): WatchedMetric {
  const { MetricName, Namespace, Dimensions, Statistic, Unit, Metrics } = specification;
  if (Metrics !== undefined) return { Metrics: Metrics.map(toQuery) };
  return {
    ...{ Namespace: Namespace!, MetricName: MetricName!, Statistic: Statistic!, Period: periodSeconds },
    ...(Dimensions?.length && { Dimensions }),
    ...(Unit !== undefined && { Unit: Unit as NonNullable<WatchedMetric["Unit"]> }),
  };
}

/** Metric math of a policy has no periods: it is read by the minute. */
function toQuery({ Id, Expression, Label, MetricStat, ReturnData }: TargetTrackingMetricDataQuery): MetricDataQuery {
  return {
    Id,
    ...(Expression !== undefined && { Expression }),
    ...(Label !== undefined && { Label }),
    ...(MetricStat && {
      MetricStat: {
        Metric: MetricStat.Metric,
        Period: periodSeconds,
        Stat: MetricStat.Stat,
        ...(MetricStat.Unit !== undefined && { Unit: MetricStat.Unit as NonNullable<WatchedMetric["Unit"]> }),
      },
    }),
    ...(ReturnData !== undefined && { ReturnData }),
  };
}
