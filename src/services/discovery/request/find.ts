import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Store } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import {
  type InstanceRecord,
  instanceKey,
  instances,
  locate,
  type NamespaceRecord,
  namespaceKey,
  namespaces,
  type ServiceRecord,
  serviceKey,
  services,
  servicesOf,
} from "../model.ts";

type Scope = World & { readonly store: Pick<Store, "view"> };

/** The namespace with this id or ARN, of the caller's account and region: none is shared between accounts. */
export function namespaceIfAny(scope: Scope, idOrArn: string): Entry<NamespaceRecord> | undefined {
  const place = locate(scope, "namespace", idOrArn);
  if (place === undefined || worldOf(place) !== worldOf(scope)) return undefined;
  return scope.store.view(namespaces).get(namespaceKey(scope, place.id));
}

export function requireNamespace(ctx: RequestContext, idOrArn: string): Entry<NamespaceRecord> {
  const found = namespaceIfAny(ctx, idOrArn);
  if (found === undefined) throw new Fault("NamespaceNotFound", idOrArn);
  return found;
}

/** The namespace of a service: a service never outlives it. */
export function namespaceOf(scope: Scope, service: ServiceRecord): Entry<NamespaceRecord> {
  return scope.store.view(namespaces).get(namespaceKey(service, service.namespaceId))!;
}

export function serviceIfAny(scope: Scope, idOrArn: string): Entry<ServiceRecord> | undefined {
  const place = locate(scope, "service", idOrArn);
  if (place === undefined || worldOf(place) !== worldOf(scope)) return undefined;
  return scope.store.view(services).get(serviceKey(scope, place.id));
}

export function requireService(ctx: RequestContext, idOrArn: string): Entry<ServiceRecord> {
  const found = serviceIfAny(ctx, idOrArn);
  if (found === undefined) throw new Fault("ServiceNotFound", idOrArn);
  return found;
}

export function requireInstance(ctx: RequestContext, service: ServiceRecord, id: string): Entry<InstanceRecord> {
  const found = ctx.store.view(instances).get(instanceKey(service, id));
  if (found === undefined) throw new Fault("InstanceNotFound", id);
  return found;
}

/** The service that DiscoverInstances names. */
export function discoveredService(
  ctx: RequestContext,
  input: { readonly NamespaceName: string; readonly ServiceName: string; readonly OwnerAccount?: string },
): { readonly namespace: NamespaceRecord; readonly service: ServiceRecord } {
  const isOwn = input.OwnerAccount === undefined || input.OwnerAccount === ctx.account;
  const view = ctx.store.view(namespaces);
  const namespace = isOwn ? view.by("httpName", `${worldOf(ctx)}/${input.NamespaceName}`)[0]?.value : undefined;
  if (namespace === undefined) throw new Fault("NamespaceNotFound", input.NamespaceName);
  const inNamespace = ctx.store.view(services).by("namespace", servicesOf(namespace));
  const service = inNamespace.find(({ value }) => value.name === input.ServiceName)?.value;
  if (service === undefined) throw new Fault("ServiceNotFound", input.ServiceName);
  return { namespace, service };
}
