import type {
  CustomizedMetricSpecification,
  PredefinedMetricSpecification,
  TargetTrackingScalingPolicyConfiguration,
} from "#generated/application-autoscaling/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { primaryOf, type ServiceName, serviceKey, serviceRevisionKey } from "#services/ecs/model.ts";
import { loadBalancersOf, targetGroupArn, targetGroupKey } from "#services/elb/model.ts";
import { groupsOf } from "../target-groups.ts";
import { labelParts } from "../tracking/metric.ts";
import { invalid } from "./target.ts";

/** Throws `ValidationException` for what cannot be tracked. */
export async function checkTrackingConfiguration(
  ctx: RequestContext,
  service: ServiceName,
  configuration: TargetTrackingScalingPolicyConfiguration | undefined,
): Promise<TargetTrackingScalingPolicyConfiguration> {
  if (configuration === undefined) {
    throw invalid(
      ctx,
      "TargetTrackingScalingPolicyConfiguration is required for the policy type TargetTrackingScaling.",
    );
  }
  const { TargetValue: target, ScaleInCooldown = 0, ScaleOutCooldown = 0 } = configuration;
  if (!Number.isFinite(target) || target <= 0) throw invalid(ctx, "TargetValue must be a number greater than 0.");
  if (ScaleInCooldown < 0 || ScaleOutCooldown < 0) throw invalid(ctx, "Cooldowns must not be negative.");
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: customized } = configuration;
  if ((predefined === undefined) === (customized === undefined)) {
    throw invalid(ctx, "You must specify exactly one of a predefined and a customized metric specification.");
  }
  if (predefined) await checkPredefined(ctx, service, predefined);
  else checkCustomized(ctx, customized!);
  return configuration;
}

const plain = ["ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization"];

async function checkPredefined(
  ctx: RequestContext,
  service: ServiceName,
  { PredefinedMetricType: type, ResourceLabel: label }: PredefinedMetricSpecification,
): Promise<void> {
  if (plain.includes(type)) {
    if (label === undefined) return;
    throw invalid(ctx, `ResourceLabel is only supported with ALBRequestCountPerTarget, not with ${type}.`);
  }
  if (type !== "ALBRequestCountPerTarget") {
    const supported = [...plain, "ALBRequestCountPerTarget"].join(", ");
    throw invalid(
      ctx,
      `The predefined metric ${type} is not supported for ecs:service:DesiredCount: use ${supported}.`,
    );
  }
  if (label === undefined) throw invalid(ctx, "ResourceLabel is required for ALBRequestCountPerTarget.");
  const parts = labelParts(label);
  if (parts === undefined) {
    const format = "app/LOAD-BALANCER-NAME/ID/targetgroup/TARGET-GROUP-NAME/ID";
    throw invalid(ctx, `ResourceLabel must have the format ${format}: ${label}`);
  }
  const [, name = "", id] = parts.targetGroup.split("/");
  const group = (await ctx.store.get(targetGroupKey(ctx, name))).value;
  if (group?.id !== id) throw invalid(ctx, `The target group of the ResourceLabel does not exist: ${label}`);
  const arn = targetGroupArn(group!);
  if (!loadBalancersOf(ctx.store, arn).some((each) => each.endsWith(`:loadbalancer/${parts.loadBalancer}`))) {
    throw invalid(ctx, `The load balancer does not route traffic to the target group: ${label}`);
  }
  if (!(await groupsOfService(ctx, service)).includes(arn)) {
    throw invalid(ctx, `The target group is not attached to the service ${service.serviceName}: ${label}`);
  }
}

async function groupsOfService(ctx: RequestContext, name: ServiceName): Promise<readonly string[]> {
  const service = (await ctx.store.get(serviceKey(name))).value;
  const revisionId = service && primaryOf(service)?.revisionId;
  if (revisionId === undefined) return [];
  const revision = (await ctx.store.get(serviceRevisionKey(name, revisionId))).value;
  return revision === undefined ? [] : groupsOf(revision);
}

function checkCustomized(ctx: RequestContext, specification: CustomizedMetricSpecification): void {
  const { Metrics: queries, MetricName, Namespace, Statistic, Dimensions, Unit } = specification;
  if (queries === undefined) {
    if (MetricName && Namespace && Statistic) return;
    throw invalid(ctx, "A customized metric needs MetricName, Namespace and Statistic, or Metrics.");
  }
  if ([MetricName, Namespace, Statistic, Dimensions, Unit].some((member) => member !== undefined)) {
    throw invalid(ctx, "Metrics and the members of a single metric are mutually exclusive.");
  }
  for (const { Id, Expression, MetricStat } of queries) {
    if ((Expression === undefined) === (MetricStat === undefined)) {
      throw invalid(ctx, `Exactly one of Expression and MetricStat must be specified: ${Id}`);
    }
    if (MetricStat && !(MetricStat.Metric.MetricName && MetricStat.Metric.Namespace)) {
      throw invalid(ctx, `A metric needs MetricName and Namespace: ${Id}`);
    }
  }
}
