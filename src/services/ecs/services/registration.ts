import type { Key, Store } from "#kernel/store.ts";
import { type InstanceRecord, instanceKey, serviceKeyOfArn, services } from "#services/discovery/model.ts";
import { revisionKeyOf, type ServiceRegistry, serviceRevisions } from "../model/service.ts";
import type { TaskRecord } from "../model/task.ts";

/** Where a task of a service is registered while it runs: its revision's registries, and those of Service Connect. */
export function registriesOf(store: Pick<Store, "view">, task: TaskRecord): readonly ServiceRegistry[] {
  const key = revisionKeyOf(task);
  const revision = key && store.view(serviceRevisions).get(key)?.value;
  if (revision === undefined) return [];
  const { serviceRegistries, serviceConnect } = revision;
  const connected = (serviceConnect?.endpoints ?? []).map(
    ({ discoveryArn, ingressPort }): ServiceRegistry => ({ registryArn: discoveryArn, port: ingressPort }),
  );
  return [...serviceRegistries, ...connected];
}

/** Where a task is in Cloud Map when it is registered: its id is that of the instance. */
export function registrationKeys(store: Pick<Store, "view">, task: TaskRecord): Key<InstanceRecord>[] {
  return registriesOf(store, task).flatMap(({ registryArn }) => {
    const key = serviceKeyOfArn(registryArn);
    const service = key && store.view(services).get(key)?.value;
    return service === undefined ? [] : [instanceKey(service, task.id)];
  });
}
