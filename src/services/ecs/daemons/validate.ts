import type { CreateDaemonRequest, UpdateDaemonRequest } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { fargateProviders } from "../clusters/capacity-providers.ts";
import { invalid } from "../faults.ts";
import { ecsArn } from "../model/world.ts";
import { requireDaemonDefinition } from "./lookup.ts";

type DaemonInput = Pick<
  CreateDaemonRequest & UpdateDaemonRequest,
  "daemonTaskDefinitionArn" | "capacityProviderArns" | "deploymentConfiguration"
>;

/**
 * Checks what CreateDaemon and UpdateDaemon have in common. "ECS Managed Daemons is only supported for Amazon ECS
 * Managed Instances Capacity Providers": this platform has none, so that in the end there is always a fault.
 */
export function refuseCapacity(ctx: RequestContext, input: DaemonInput): never {
  const { status } = requireDaemonDefinition(ctx, input.daemonTaskDefinitionArn).value;
  if (status !== "ACTIVE") throw ctx.fault("ClientException", "Daemon task definition is inactive");
  checkConfiguration(input.deploymentConfiguration);
  if (input.capacityProviderArns.length === 0) throw invalid("capacityProviderArns can not be empty.");
  const known = fargateProviders.map((name) => ecsArn(ctx, `capacity-provider/${name}`));
  if (input.capacityProviderArns.every((arn) => known.includes(arn))) {
    throw ctx.fault(
      "UnsupportedFeatureException",
      "ECS Managed Daemons is only supported for Amazon ECS Managed Instances Capacity Providers.",
    );
  }
  throw invalid("The specified capacity provider was not found. Specify a valid capacity provider and try again.");
}

function checkConfiguration(input: DaemonInput["deploymentConfiguration"]): void {
  const { drainPercent = 0, bakeTimeInMinutes = 0 } = input ?? {};
  if (drainPercent < 0 || drainPercent > 100) throw invalid("drainPercent must be between 0.0 and 100.0.");
  if (bakeTimeInMinutes < 0) throw invalid("bakeTimeInMinutes must be greater than or equal to 0.");
}
