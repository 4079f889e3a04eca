import type { WatchOptions } from "#kernel/engine.ts";
import type { Change, ChangeBatch, Subscription } from "#kernel/store.ts";
import type { History } from "./history.ts";

interface Watcher {
  readonly prefix: string;
  readonly options: WatchOptions;
  /** The revision up to which it has been told. */
  told: number;
}

/** The watches of an engine. Each keeps its own place in the history, so a late one catches up before it goes on. */
export class Watchers {
  readonly #watchers = new Set<Watcher>();

  add(prefix: string, options: WatchOptions, history: History): Subscription {
    const watcher: Watcher = { prefix, options, told: options.afterRevision };
    this.#watchers.add(watcher);
    queueMicrotask(() => this.#tell(watcher, history));
    return { close: () => this.#watchers.delete(watcher) };
  }

  /** Brings every watcher up to date. */
  tellAll(history: History): void {
    for (const watcher of this.#watchers) this.#tell(watcher, history);
  }

  clear(): void {
    this.#watchers.clear();
  }

  #tell(watcher: Watcher, history: History): void {
    if (!this.#watchers.has(watcher)) return;
    if (watcher.told < history.compacted) {
      this.#watchers.delete(watcher);
      guarded(() => watcher.options.onCompacted(history.compacted + 1));
      return;
    }
    for (const batch of history.after(watcher.told)) {
      if (!this.#watchers.has(watcher)) return;
      watcher.told = batch.revision;
      const part = restrict(batch, watcher.prefix);
      if (part !== undefined) guarded(() => watcher.options.onBatch(part));
    }
  }
}

/** The part of a batch that is under a prefix, or undefined when nothing is. */
function restrict(batch: ChangeBatch<unknown>, prefix: string): ChangeBatch<unknown> | undefined {
  if (prefix === "") return batch;
  const changes = batch.changes.filter((change) => keyOfChange(change).startsWith(prefix));
  return changes.length === 0 ? undefined : { revision: batch.revision, changes };
}

function keyOfChange(change: Change<unknown>): string {
  return change.type === "put" ? change.entry.key : change.previous.key;
}

/** A watcher that throws is a bug and ends the process, but not before the others have been told. */
function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
