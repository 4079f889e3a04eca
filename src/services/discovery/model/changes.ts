import type { Entry, Put, Read } from "#kernel/store.ts";
import { type InstanceRecord, instanceKey } from "./instance.ts";
import { type NameRecord, serviceNameKey } from "./name.ts";
import type { NamespaceRecord } from "./namespace.ts";
import { type ServiceRecord, serviceKey } from "./service.ts";

export interface InstanceChanges {
  /** Instances that are new, or that are registered again with other attributes. */
  readonly register?: readonly InstanceRecord[];
  /** Ids. One that is not there is passed over. */
  readonly deregister?: readonly string[];
  /** Instances of which only the health has changed. */
  readonly health?: readonly InstanceRecord[];
}

/** Parts of a commit. */
export interface ChangeWrites {
  readonly unchanged: readonly Read<unknown>[];
  readonly put: readonly Put[];
  readonly remove: readonly string[];
}

/**
 * What a commit must carry to change a service's instances. It rewrites the service's record when instances come or
 * go: the revision grows, and a service that is deleted meanwhile lets the commit fail, so that no instance is left
 * without its service. Whether there are too many instances (`mostInstances`) is the caller's to check.
 */
export function instanceWrites(service: Entry<ServiceRecord>, changes: InstanceChanges): ChangeWrites {
  const { register = [], deregister = [], health = [] } = changes;
  const moved = register.length + deregister.length > 0;
  const next: ServiceRecord = { ...service.value, revision: service.value.revision + 1 };
  return {
    unchanged: [service],
    put: [
      ...(moved ? [{ key: service.key, value: next }] : []),
      ...[...register, ...health].map((value) => ({ key: instanceKey(service.value, value.id), value })),
    ],
    remove: deregister.map((id) => instanceKey(service.value, id)),
  };
}

/** What a commit must carry to make a service in a namespace. `name` is its name's record as it was read: absent. */
export function serviceCreation(
  namespace: Entry<NamespaceRecord>,
  name: Read<NameRecord>,
  service: ServiceRecord,
): ChangeWrites {
  return {
    unchanged: [namespace, name],
    put: [
      counted(namespace, 1),
      { key: name.key, value: { id: service.id } },
      { key: serviceKey(service, service.id), value: service },
    ],
    remove: [],
  };
}

/** The same to take it away. That it has no instances is the caller's to check. */
export function serviceRemoval(namespace: Entry<NamespaceRecord>, service: Entry<ServiceRecord>): ChangeWrites {
  return {
    unchanged: [service, namespace],
    put: [counted(namespace, -1)],
    remove: [service.key, serviceNameKey(service.value, service.value.name, namespace.value.type)],
  };
}

function counted({ key, value }: Entry<NamespaceRecord>, more: 1 | -1): Put {
  return { key, value: { ...value, serviceCount: value.serviceCount + more } };
}
