import { type Controller, watch } from "#kernel/controller.ts";
import type { LoadBalancerNode } from "#kernel/load-balancing.ts";
import type { Key, Store } from "#kernel/store.ts";
import {
  serviceKey as discoveryServiceKey,
  services as discoveryServices,
  instances,
} from "#services/discovery/model.ts";
import { connectOf, namespacePath, type OpenPrivateKey, proxyOf } from "../../connect/endpoints.ts";
import { connectCertificates } from "../../model/connect-certificate.ts";
import { type ServiceName, type ServiceRecord, serviceKey, services } from "../../model/service.ts";
import { serviceDeployments } from "../../model/service-deployment.ts";
import { type TaskRecord, tasks } from "../../model/task.ts";

/**
 * Tells the hosts what the proxies of tasks with Service Connect do. The key is a namespace; the proxies of all are
 * published together.
 */
export function connectProxies(
  publish: (nodes: readonly LoadBalancerNode[]) => void,
  open: OpenPrivateKey,
): Controller {
  let published: Map<string, readonly LoadBalancerNode[]> | undefined;
  return {
    name: "ecs.connect-proxies",
    watches: [
      watch(tasks, ({ value }) => pathsOf(value)),
      watch(services, ({ value }) =>
        value.serviceConnectNamespaceId === undefined ? [] : [namespacePath(value, value.serviceConnectNamespaceId)],
      ),
      watch(serviceDeployments, ({ value }, store) => {
        const service = value.deploymentConfiguration.strategy === "ROLLING" ? undefined : serviceOf(value, store);
        const namespaceId = service?.serviceConnectNamespaceId;
        return namespaceId === undefined ? [] : [namespacePath(value, namespaceId)];
      }),
      watch(instances, ({ value }, store) => {
        const service = store.view(discoveryServices).get(discoveryServiceKey(value, value.serviceId))?.value;
        return service?.owner === undefined ? [] : [namespacePath(service, service.namespaceId)];
      }),
      watch(connectCertificates, ({ value }, store) => {
        const namespaceId = store.view(services).get(value.owner as Key<ServiceRecord>)
          ?.value.serviceConnectNamespaceId;
        return namespaceId === undefined ? [] : [namespacePath(value, namespaceId)];
      }),
    ],
    async reconcile(path, { store }) {
      const proxies = proxiesIn(store, path, open);
      const before = published?.get(path) ?? [];
      if (published !== undefined && sameVersions(before, proxies)) return;
      // What is published replaces all before it, so that the first time must have every namespace.
      published ??= new Map(pathsNow(store).map((each) => [each, proxiesIn(store, each, open)]));
      if (proxies.length > 0) published.set(path, proxies);
      else published.delete(path);
      publish([...published.values()].flat());
    },
  };
}

/** Whether any task has a proxy. */
export function hasProxies(store: Pick<Store, "view">): boolean {
  return store.view(tasks).count("proxied", "yes") > 0;
}

function pathsOf(task: TaskRecord): string[] {
  return task.serviceConnect === undefined ? [] : [namespacePath(task, task.serviceConnect.namespaceId)];
}

function serviceOf(at: ServiceName, store: Pick<Store, "view">): ServiceRecord | undefined {
  return store.view(services).get(serviceKey(at))?.value;
}

function pathsNow(store: Pick<Store, "view">): string[] {
  const paths = store
    .view(tasks)
    .by("proxied", "yes")
    .flatMap(({ value }) => pathsOf(value));
  return [...new Set(paths)];
}

function proxiesIn(store: Pick<Store, "view">, path: string, open: OpenPrivateKey): LoadBalancerNode[] {
  return store
    .view(tasks)
    .by("connect", path)
    .flatMap(({ value: task }) => {
      const connect = connectOf(store, task);
      return (connect && proxyOf(store, task, connect, open)) ?? [];
    });
}

function sameVersions(before: readonly LoadBalancerNode[], now: readonly LoadBalancerNode[]): boolean {
  return (
    before.length === now.length &&
    before.every(({ nodeId, version }, i) => nodeId === now[i]!.nodeId && version === now[i]!.version)
  );
}
