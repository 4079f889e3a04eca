import { Fault } from "#kernel/fault.ts";
import type { ServiceRecord } from "../model.ts";
import { updatedDns } from "../request/dns-config.ts";
import { namespaceOf, requireService } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { refuseHealthCheck } from "../request/health-check.ts";
import { refuseWhileBusy, submit } from "../request/submit.ts";

/** Changes the description and the TTLs of a service; records that the request leaves out are removed. */
export const UpdateService: DiscoveryHandler<"UpdateService"> = async (input, ctx) => {
  const service = requireService(ctx, input.Id);
  const namespace = namespaceOf(ctx, service.value).value;
  if (namespace.type === "HTTP") {
    throw new Fault("InvalidInput", "You can't update a service that is associated with an HTTP namespace.");
  }
  const { Description: description, DnsConfig, HealthCheckConfig } = input.Service;
  refuseHealthCheck(HealthCheckConfig, namespace);
  const target = { namespaceId: namespace.id, serviceId: service.value.id };
  refuseWhileBusy(ctx, target);
  const { dns: old, ...rest } = service.value;
  const dns = updatedDns(old, DnsConfig?.DnsRecords);
  const value: ServiceRecord = {
    ...rest,
    ...(dns === undefined ? { type: "HTTP" } : { type: "DNS_HTTP", dns }),
    ...(description !== undefined && { description }),
  };
  const submitted = submit(ctx, { action: "UpdateService", target });
  await ctx.store.commit({ unchanged: [service], put: [submitted.put, { key: service.key, value }] });
  return submitted.output;
};
