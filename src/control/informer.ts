import type { Controller } from "#kernel/controller.ts";
import type { Change, ChangeBatch, Entry, Store } from "#kernel/store.ts";

/** The keys that a batch of changes makes due: those of each record as it was and as it is. */
export function dueKeys(controller: Controller, batch: ChangeBatch<unknown>, store: Store): Set<string> {
  const due = new Set<string>();
  for (const { collection, keys, concerns } of controller.watches) {
    const prefix = `${collection.name}/`;
    for (const change of batch.changes) {
      if (concerns !== undefined && keyOf(change).startsWith(prefix)) {
        const after = change.type === "put" ? change.entry.value : undefined;
        if (!concerns(change.previous?.value, after)) continue;
      }
      for (const entry of entriesOf(change)) {
        if (!entry.key.startsWith(prefix)) break;
        for (const key of keys(entry, store)) due.add(key);
      }
    }
  }
  return due;
}

/** The keys of all records that there are: what has to be looked at once after a start. */
export function allKeys(controller: Controller, store: Store): Set<string> {
  const due = new Set<string>();
  for (const { collection, keys } of controller.watches) {
    for (const entry of store.view(collection).all()) {
      for (const key of keys(entry, store)) due.add(key);
    }
  }
  return due;
}

function keyOf(change: Change<unknown>): string {
  return change.type === "put" ? change.entry.key : change.previous.key;
}

function entriesOf(change: Change<unknown>): Entry<unknown>[] {
  if (change.type === "remove") return [change.previous];
  return change.previous === undefined ? [change.entry] : [change.previous, change.entry];
}
