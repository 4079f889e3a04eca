import type { CreateServiceRequest } from "#generated/servicediscovery/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import type { Entry } from "#kernel/store.ts";
import {
  type NameRecord,
  type NamespaceRecord,
  type ServiceRecord,
  serviceArn,
  serviceCreation,
  serviceKey,
  serviceNameKey,
  services,
} from "../model.ts";
import { dnsOf } from "../request/dns-config.ts";
import { requireNamespace } from "../request/find.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { refuseHealthCheck } from "../request/health-check.ts";
import { newServiceId } from "../request/ids.ts";
import { toService } from "../request/shapes.ts";
import { withTags } from "../request/tags.ts";

export const CreateService: DiscoveryHandler<"CreateService"> = async (input, ctx) => {
  const namespace = requireNamespace(ctx, namespaceIdIn(input));
  const service = newService(ctx, input, namespace.value);
  const name = await ctx.store.get(serviceNameKey(service, input.Name, namespace.value.type));
  if (name.value !== undefined) return answerAgain(ctx, input, name);
  await ctx.store.commit(serviceCreation(namespace, name, service));
  return { Service: toService(ctx.store, service) };
};

/** The namespace may be named in the older place too. */
function namespaceIdIn({ NamespaceId, DnsConfig }: CreateServiceRequest): string {
  const [id, older] = [NamespaceId, DnsConfig?.NamespaceId];
  if (id === undefined && older === undefined) {
    throw new Fault("InvalidInput", "You must specify the NamespaceId of the service.");
  }
  if (id !== undefined && older !== undefined && !id.endsWith(older)) {
    throw new Fault("InvalidInput", "NamespaceId and the NamespaceId in DnsConfig must be the same.");
  }
  return id ?? older!;
}

function newService(ctx: RequestContext, input: CreateServiceRequest, namespace: NamespaceRecord): ServiceRecord {
  refuseHealthCheck(input.HealthCheckConfig, namespace);
  if (input.Name === ".") throw new Fault("InvalidInput", "A service at the name of its namespace isn't available.");
  const { account, region } = ctx;
  const dns = dnsOf(namespace, input);
  return {
    ...{ account, region, id: newServiceId(ctx.random), name: input.Name, namespaceId: namespace.id },
    ...(dns === undefined ? { type: "HTTP" } : { type: "DNS_HTTP", dns }),
    // Whatever number is given: AWS has fixed it.
    ...(input.HealthCheckCustomConfig && { healthCheckCustomConfig: { failureThreshold: 1 } }),
    ...(input.Description !== undefined && { description: input.Description }),
    creatorRequestId: input.CreatorRequestId ?? uuid(ctx.random),
    createDate: ctx.clock.now(),
    tags: withTags({}, input.Tags, input.Name),
    attributes: {},
    revision: 0,
  };
}

/** The same request sent again is answered as the first time; another one finds the name taken. */
function answerAgain(ctx: RequestContext, input: CreateServiceRequest, name: Entry<NameRecord>) {
  const existing = ctx.store.view(services).get(serviceKey(ctx, name.value.id))!.value;
  const { creatorRequestId, id } = existing;
  if (creatorRequestId === input.CreatorRequestId && existing.name === input.Name) {
    return { Service: toService(ctx.store, existing) };
  }
  const members = { CreatorRequestId: creatorRequestId, ServiceId: id, ServiceArn: serviceArn(existing) };
  throw new Fault("ServiceAlreadyExists", "A service with the same name already exists.", { members });
}
