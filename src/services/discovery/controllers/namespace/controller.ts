import type { HostNamesSpec } from "#kernel/agent-protocol.ts";
import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import type { Key, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import {
  instances,
  instancesOf,
  type NamespaceRecord,
  namespaceKey,
  namespaces,
  type OperationRecord,
  operations,
  services,
  servicesOf,
} from "../../model.ts";
import { namesSpec, type VpcZone, vpcZone } from "./plan.ts";

/** So many values may be published again for each millisecond that passes. */
const valuesPerMs = 50;

/**
 * Tells the hosts which names their VPCs have, then says of the operations on the namespace that they are done. The key
 * is a namespace; all are published together, those that have not changed as they were made before. A change goes out
 * at once, unless there are so many records and changes that publishing would take the better part of the time.
 */
export function namespaceController(publish: (spec: HostNamesSpec) => void): Controller {
  const publisher = new Publisher(publish);
  return {
    name: "servicediscovery.namespace",
    watches: [
      watch(namespaces, (entry) => [entry.key]),
      watch(services, ({ value }) => [keyOfNamespace(value)]),
      watch(instances, ({ value }) => [keyOfNamespace(value)]),
      watch(operations, ({ value }) => (value.status === "SUBMITTED" ? [keyOfNamespace(value)] : [])),
    ],
    async reconcile(key, ctx) {
      const later = publisher.bring(key, ctx);
      if (later !== undefined) return { lookAgainAt: later };
      const due = ctx.store.view(operations).by("submitted", key);
      if (due.length === 0) return;
      const now = ctx.clock.now();
      const put = due.map((entry) => ({ key: entry.key, value: done(entry.value, now) }));
      await ctx.store.commit({ unchanged: due, put });
    },
  };
}

function keyOfNamespace(record: World & { readonly namespaceId: string }): Key<NamespaceRecord> {
  return namespaceKey(record, record.namespaceId);
}

function done(operation: OperationRecord, updateDate: number): OperationRecord {
  return { ...operation, status: operation.failure === undefined ? "SUCCESS" : "FAIL", updateDate };
}

/** Holds what was published last. */
class Publisher {
  readonly #publish: (spec: HostNamesSpec) => void;
  /** By the key of the namespace. */
  #zones: Map<string, VpcZone> | undefined;
  #nextAt = 0;

  constructor(publish: (spec: HostNamesSpec) => void) {
    this.#publish = publish;
  }

  /** Publishes the namespace as it is now; a time when it has to wait. */
  bring(key: string, { store, clock }: ControllerContext): number | undefined {
    if (this.#zones === undefined) {
      // A message replaces the one before it, so the first one must already have all namespaces.
      this.#zones = new Map();
      for (const entry of store.view(namespaces).all()) this.#set(entry.key, zoneNow(store, entry.key));
    } else {
      const zone = zoneNow(store, key);
      if (zone === undefined && !this.#zones.has(key)) return undefined;
      if (clock.now() < this.#nextAt) return this.#nextAt;
      this.#set(key, zone);
    }
    const zones = [...this.#zones.values()];
    this.#publish(namesSpec(zones));
    const values = zones.flatMap(({ zone }) => zone.sets).reduce((sum, set) => sum + set.values.length, 0);
    this.#nextAt = clock.now() + Math.floor(values / valuesPerMs);
    return undefined;
  }

  #set(key: string, zone: VpcZone | undefined): void {
    if (zone === undefined) this.#zones!.delete(key);
    else this.#zones!.set(key, zone);
  }
}

function zoneNow(store: Store, key: Key<NamespaceRecord>): VpcZone | undefined {
  const namespace = store.view(namespaces).get(key)?.value;
  if (namespace?.dns === undefined) return undefined;
  const members = store
    .view(services)
    .by("namespace", servicesOf(namespace))
    .map(({ value: service }) => ({
      service,
      instances: store
        .view(instances)
        .by("service", instancesOf(service))
        .map(({ value }) => value),
    }));
  return vpcZone(namespace, members);
}
