import type { Controller, ControllerWatch } from "#kernel/controller.ts";
import { type Change, type ChangeBatch, collectionName, type Entry, type Store } from "#kernel/store.ts";

/** A watch of a controller, and who is told which of its keys are due. */
export interface Informed {
  readonly watch: ControllerWatch;
  readonly store: Store;
  readonly onDue: (key: string) => void;
}

/** Tells of the keys that changes make due: those of each record as it was and as it is. */
export class Informer {
  /** By collection: most changes concern few of all watches. */
  readonly #informed: ReadonlyMap<string, readonly Informed[]>;

  constructor(informed: readonly Informed[]) {
    this.#informed = Map.groupBy(informed, ({ watch }) => watch.collection.name);
  }

  notice(batch: ChangeBatch<unknown>): void {
    for (const change of batch.changes) {
      const entries = entriesOf(change);
      for (const { watch, store, onDue } of this.#informed.get(collectionName(entries[0]!.key)) ?? []) {
        if (watch.concerns?.(change.previous?.value, afterOf(change)) === false) continue;
        for (const entry of entries) for (const key of watch.keys(entry, store)) onDue(key);
      }
    }
  }
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

function afterOf(change: Change<unknown>): unknown {
  return change.type === "put" ? change.entry.value : undefined;
}

function entriesOf(change: Change<unknown>): Entry<unknown>[] {
  if (change.type === "remove") return [change.previous];
  return change.previous === undefined ? [change.entry] : [change.previous, change.entry];
}
