import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import type { ServiceName } from "../model/service.ts";
import { type ServiceDeploymentRecord, serviceDeploymentKey } from "../model/service-deployment.ts";

/** What the ARN of a service's revision or deployment names: `service-revision/CLUSTER/SERVICE/ID`; else undefined. */
export function partOfService(
  ctx: RequestContext,
  kind: "service-revision" | "service-deployment",
  text: string,
): { readonly at: ServiceName; readonly id: string } | undefined {
  const arn = parseArn(text);
  const [found, clusterName, serviceName, id, ...rest] = arn?.resource.split("/") ?? [];
  const elsewhere = arn?.service !== "ecs" || arn.account !== ctx.account || arn.region !== ctx.region;
  if (elsewhere || found !== kind || !clusterName || !serviceName || !id || rest.length > 0) return undefined;
  return { at: { account: ctx.account, region: ctx.region, clusterName, serviceName }, id };
}

/** Throws `ServiceDeploymentNotFoundException`. */
export async function requireServiceDeployment(
  ctx: RequestContext,
  arn: string,
): Promise<Entry<ServiceDeploymentRecord>> {
  const named = partOfService(ctx, "service-deployment", arn);
  if (named === undefined) {
    throw ctx.fault("InvalidParameterException", `Invalid service deployment ARN: ${arn}.`);
  }
  const deployment = await ctx.store.get(serviceDeploymentKey(named.at, named.id));
  if (deployment.value !== undefined) return deployment;
  throw ctx.fault("ServiceDeploymentNotFoundException", "Service deployment not found.");
}
