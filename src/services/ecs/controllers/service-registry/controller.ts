import { type Controller, watch } from "#kernel/controller.ts";
import type { Commit, Entry, Store } from "#kernel/store.ts";
import {
  type ServiceRecord as DiscoveryService,
  serviceKey as discoveryServiceKey,
  services as discoveryServices,
  type InstanceRecord,
  instanceKey,
  instances,
  instanceWrites,
  serviceKeyOfArn,
} from "#services/discovery/model.ts";
import { type ServiceRegistry, serviceKeysOf, serviceNameIn, servicePath } from "../../model/service.ts";
import { type TaskRecord, tasks } from "../../model/task.ts";
import { registriesOf } from "../../services/registration.ts";
import { planRegistry } from "./plan.ts";

/**
 * Keeps the tasks of services registered in Cloud Map: while they run, and no longer. The key is that of the ECS
 * service, which may itself be gone: what it has registered is known by its owner.
 */
export const serviceRegistryController: Controller = {
  name: "ecs.service-registry",
  watches: [
    watch(tasks, ({ value }) => serviceKeysOf(value)),
    // Service Connect's are made a moment after the service.
    watch(discoveryServices, ({ value }) => (value.owner === undefined ? [] : [value.owner])),
    watch(instances, ({ value }) => (value.owner === undefined ? [] : [value.owner])),
  ],
  async reconcile(key, { store }) {
    const commits = registriesNow(store, key).flatMap((registry) => writesFor(registry, store, key) ?? []);
    if (commits.length === 0) return;
    await store.commit({
      unchanged: commits.flatMap(({ unchanged }) => unchanged ?? []),
      put: commits.flatMap(({ put }) => put ?? []),
      remove: commits.flatMap(({ remove }) => remove ?? []),
    });
  },
};

interface Registry {
  readonly service: Entry<DiscoveryService>;
  readonly tasks: readonly { readonly task: Entry<TaskRecord>; readonly registry: ServiceRegistry }[];
}

/** Every service of Cloud Map that tasks of this service name, or that it has instances in. */
function registriesNow(store: Store, key: string): Registry[] {
  const found = new Map<string, { service: Entry<DiscoveryService>; tasks: Registry["tasks"][number][] }>();
  const registryAt = (at: string) => {
    const service = found.has(at) ? undefined : store.view(discoveryServices).get(at);
    if (service !== undefined) found.set(at, { service, tasks: [] });
    return found.get(at);
  };
  for (const { value } of store.view(instances).by("owner", key)) {
    registryAt(discoveryServiceKey(value, value.serviceId));
  }
  for (const task of store.view(tasks).by("service", servicePath(serviceNameIn(key)))) {
    for (const registry of registriesOf(store, task.value)) {
      registryAt(serviceKeyOfArn(registry.registryArn) ?? "")?.tasks.push({ task, registry });
    }
  }
  return [...found.values()];
}

function writesFor({ service, tasks: named }: Registry, store: Store, owner: string): Commit | undefined {
  const view = store.view(instances);
  const there = new Map<string, InstanceRecord>();
  for (const { task } of named) {
    const found = view.get(instanceKey(service.value, task.value.id));
    if (found !== undefined) there.set(task.value.id, found.value);
  }
  const owned = view
    .by("owner", owner)
    .map(({ value }) => value)
    .filter(({ serviceId }) => serviceId === service.value.id);
  const plan = planRegistry({ service: service.value, tasks: named, instances: there, owned }, owner);
  const { register = [], deregister = [], health = [] } = plan.changes;
  if (register.length + deregister.length + health.length === 0) return undefined;
  const writes = instanceWrites(service, plan.changes);
  return { ...writes, unchanged: [...writes.unchanged, ...plan.tasks] };
}
