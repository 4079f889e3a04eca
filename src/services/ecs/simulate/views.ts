import type { Collection, Entry, Key, Store, View } from "#kernel/store.ts";
import { containerInstances } from "../model/container-instance.ts";
import { hosts } from "../model/host.ts";
import { type ServiceRecord, servicePath } from "../model/service.ts";
import { type TaskRecord, tasks } from "../model/task.ts";
import type { Fork } from "./fork.ts";

/**
 * The store as it would be with the fork: the service's tasks are the fork's, and hosts that have died are gone with
 * their container instances. All else is the store's own. Only views show it.
 */
export function forkedStore(store: Store, fork: () => Fork): Store {
  const isAlive = (hostId: string) => fork().hosts.some(({ entry }) => entry.value.registration.hostId === hostId);
  return {
    ...store,
    view<T, I extends string>(collection: Collection<T, I>): View<T, I> {
      const live = store.view(collection);
      const changed = (kept: (value: T) => boolean, added: () => readonly Entry<T>[]) =>
        overlay(live, collection, { kept, added });
      if (is(collection, tasks)) {
        return changed(
          (value) => !isOf(value as TaskRecord, fork().service),
          () => entriesOf<T>(fork()),
        );
      }
      if (is(collection, hosts)) {
        return changed((value) => isAlive((value as { registration: { hostId: string } }).registration.hostId), none);
      }
      if (is(collection, containerInstances)) {
        return changed((value) => isAlive((value as { hostId: string }).hostId), none);
      }
      return live;
    },
  };
}

const none = () => [];

function is(one: { readonly name: string }, other: { readonly name: string }): boolean {
  return one.name === other.name;
}

function isOf(task: TaskRecord, service: ServiceRecord): boolean {
  if (task.service === undefined) return false;
  return servicePath({ ...task, serviceName: task.service.serviceName }) === servicePath(service);
}

function entriesOf<T>(fork: Fork): readonly Entry<T>[] {
  const entries = [...fork.tasks].map(([key, value]) => ({ key, value, modRevision: 1, createRevision: 1 }));
  return entries as unknown as readonly Entry<T>[];
}

interface Change<T> {
  /** Whether a record of the store is shown. */
  readonly kept: (value: T) => boolean;
  readonly added: () => readonly Entry<T>[];
}

function overlay<T, I extends string>(
  live: View<T, I>,
  { indexes }: Collection<T, I>,
  { kept, added }: Change<T>,
): View<T, I> {
  const inOrder = (entries: readonly Entry<T>[]) => entries.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  const by: View<T, I>["by"] = (index, value, { after = "", limit } = {}) => {
    const own = added().filter((entry) => [indexes![index](entry.value) ?? []].flat().includes(value));
    const all = inOrder([...live.by(index, value).filter((entry) => kept(entry.value)), ...own]);
    return all.filter(({ key }) => key > after).slice(0, limit);
  };
  const all = () => inOrder([...[...live.all()].filter((entry) => kept(entry.value)), ...added()]);
  return {
    get(key: Key<T>) {
      const own = added().find((entry) => entry.key === key);
      const found = own ?? live.get(key);
      return found === own || (found !== undefined && kept(found.value)) ? found : undefined;
    },
    by,
    count: (index, value) => by(index, value).length,
    all,
    get size() {
      return all().length;
    },
  };
}
