import type { Failure, ServiceDeployment } from "#generated/ecs/types.ts";
import { serviceDeploymentKey } from "../model/service-deployment.ts";
import { partOfService } from "../services/deployment-lookup.ts";
import { toServiceDeployment } from "../services/deployment-output.ts";
import type { EcsHandler } from "./handler.ts";

export const DescribeServiceDeployments: EcsHandler<"DescribeServiceDeployments"> = async (input, ctx) => {
  const found: ServiceDeployment[] = [];
  const failures: Failure[] = [];
  for (const arn of new Set(input.serviceDeploymentArns)) {
    const named = partOfService(ctx, "service-deployment", arn);
    if (named === undefined) {
      throw ctx.fault("InvalidParameterException", `Invalid service deployment ARN: ${arn}.`);
    }
    const { value } = await ctx.store.get(serviceDeploymentKey(named.at, named.id));
    if (value === undefined) failures.push({ arn, reason: "MISSING" });
    else found.push(toServiceDeployment(ctx.store, value));
  }
  return { serviceDeployments: found, failures };
};
