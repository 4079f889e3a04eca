import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { type ServiceName, type ServiceRecord, serviceKey } from "../model/service.ts";
import { nameInCluster } from "../tasks/lookup.ts";

/** The service that a name or an ARN means in the cluster of the request. */
export function serviceNameIn(ctx: RequestContext, clusterName: string, identifier: string): ServiceName {
  const serviceName = nameInCluster(ctx, { kind: "service", what: "name", clusterName }, identifier);
  return { account: ctx.account, region: ctx.region, clusterName, serviceName };
}

/** The service with this name or ARN, in whatever state. Throws `ServiceNotFoundException`. */
export async function requireService(
  ctx: RequestContext,
  clusterName: string,
  identifier: string,
): Promise<Entry<ServiceRecord>> {
  const service = await ctx.store.get(serviceKey(serviceNameIn(ctx, clusterName, identifier)));
  if (service.value === undefined) throw ctx.fault("ServiceNotFoundException", "Service not found.");
  return service;
}

/** As `requireService`, and it must be ACTIVE. Throws `ServiceNotActiveException` too. */
export async function requireActiveService(
  ctx: RequestContext,
  clusterName: string,
  identifier: string,
): Promise<Entry<ServiceRecord>> {
  const service = await requireService(ctx, clusterName, identifier);
  if (service.value.status !== "ACTIVE") throw ctx.fault("ServiceNotActiveException", "Service was not ACTIVE.");
  return service;
}
