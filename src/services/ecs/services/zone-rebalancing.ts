import type { CreateServiceRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { ServiceRecord } from "../model/service.ts";

type Setting = ServiceRecord["availabilityZoneRebalancing"];
type Balanced = Pick<ServiceRecord, "schedulingStrategy" | "deploymentConfiguration" | "placementStrategy">;

/**
 * Whether Availability Zone rebalancing holds: as asked for, refused where it cannot be; else `before`, for a new
 * service ENABLED wherever it can be.
 */
export function resolveRebalancing(
  ctx: RequestContext,
  asked: CreateServiceRequest["availabilityZoneRebalancing"],
  service: Balanced,
  before?: Setting,
): Setting {
  const obstacle = whyNot(service);
  if (asked === "ENABLED" && obstacle !== undefined) throw ctx.fault("InvalidParameterException", obstacle);
  const wanted = asked ?? before ?? "ENABLED";
  return obstacle === undefined ? wanted : "DISABLED";
}

function whyNot({ schedulingStrategy, deploymentConfiguration, placementStrategy }: Balanced): string | undefined {
  if (schedulingStrategy === "DAEMON") return "Availability Zone Rebalancing does not support DAEMON services.";
  if (deploymentConfiguration.maximumPercent <= 100) {
    return "Availability Zone Rebalancing does not support maximumPercent <= 100 % as deployment configuration.";
  }
  const [first] = placementStrategy;
  if (first === undefined || (first.type === "spread" && first.field === "attribute:ecs.availability-zone"))
    return undefined;
  return "Availability Zone Rebalancing needs no placement strategy, or one that spreads over zones first.";
}
