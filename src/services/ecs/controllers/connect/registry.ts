import { type Controller, watch } from "#kernel/controller.ts";
import type { Commit, Key, Store } from "#kernel/store.ts";
import { absent } from "#kernel/store.ts";
import {
  type ServiceRecord as DiscoveryService,
  serviceKey as discoveryServiceKey,
  services as discoveryServices,
  instances,
  instancesOf,
  namespaceKey,
  namespaces,
  serviceCreation,
  serviceNameKey,
  serviceRemoval,
} from "#services/discovery/model.ts";
import {
  type ServiceConnectEndpoint,
  type ServiceRecord,
  serviceRevisionKey,
  serviceRevisions,
  services,
} from "../../model/service.ts";

/**
 * Keeps the services of Cloud Map that Service Connect needs: one for each endpoint of a service's deployments, and no
 * others. The key is the ECS service's.
 */
export const connectRegistry: Controller = {
  name: "ecs.connect-registry",
  watches: [
    watch(services, ({ key }) => [key]),
    watch(discoveryServices, ({ value }) => (value.owner === undefined ? [] : [value.owner])),
    watch(instances, ({ value }) => (value.owner === undefined ? [] : [value.owner])),
  ],
  async reconcile(key, { store, clock }) {
    const service = await store.get(key as Key<ServiceRecord>);
    const endpoints = service.value === undefined ? [] : endpointsOf(store, service.value);
    const wanted = new Map(endpoints.map((each) => [each.endpoint.discoveryId, each]));
    for (const [id, { endpoint, namespaceId, at }] of wanted) {
      if (store.view(discoveryServices).get(discoveryServiceKey(at, id)) !== undefined) continue;
      const commit = creation(store, { endpoint, namespaceId, at, owner: key, now: clock.now() });
      if (commit !== undefined) await store.commit({ ...commit, unchanged: [service, ...(commit.unchanged ?? [])] });
    }
    for (const commit of removals(store, key, new Set(wanted.keys()))) await store.commit(commit);
  },
};

interface WantedService {
  readonly endpoint: ServiceConnectEndpoint;
  readonly namespaceId: string;
  readonly at: ServiceRecord;
}

/** The endpoints of all deployments of a service: those of a newer one may say something else of the same name. */
export function endpointsOf(store: Store, service: ServiceRecord): WantedService[] {
  if (service.status !== "ACTIVE") return [];
  const connects = service.deployments.flatMap(
    ({ revisionId }) =>
      store.view(serviceRevisions).get(serviceRevisionKey(service, revisionId))?.value.serviceConnect ?? [],
  );
  return connects.flatMap(({ endpoints, namespaceId }) =>
    endpoints.map((endpoint) => ({ endpoint, namespaceId, at: service })),
  );
}

/** Undefined: the namespace is gone, or somebody has taken the name meanwhile; a new deployment will say so. */
function creation(
  store: Store,
  { endpoint, namespaceId, at, owner, now }: WantedService & { readonly owner: string; readonly now: number },
): Commit | undefined {
  const { account, region } = at;
  const namespace = store.view(namespaces).get(namespaceKey({ account, region }, namespaceId));
  if (namespace === undefined) return undefined;
  const value: DiscoveryService = {
    ...{ account, region, id: endpoint.discoveryId, name: endpoint.discoveryName, namespaceId, type: "HTTP" },
    healthCheckCustomConfig: { failureThreshold: 1 },
    description: "Managed by Amazon ECS for Service Connect",
    owner,
    ...{ creatorRequestId: endpoint.discoveryId, createDate: now, attributes: {}, revision: 0 },
    tags: { AmazonECSManaged: "true" },
  };
  const key = serviceNameKey(value, value.name, namespace.value.type);
  return serviceCreation(namespace, absent(key), value);
}

/** Those that are no longer wanted go when their last instance has gone. */
function* removals(store: Store, owner: string, wanted: ReadonlySet<string>): Generator<Commit> {
  for (const service of store.view(discoveryServices).by("owner", owner)) {
    const { value } = service;
    if (wanted.has(value.id)) continue;
    if (store.view(instances).count("service", instancesOf(value)) > 0) continue;
    const namespace = store.view(namespaces).get(namespaceKey(value, value.namespaceId))!;
    yield serviceRemoval(namespace, service);
  }
}
