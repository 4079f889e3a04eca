import type { Change, ChangeBatch, Entry } from "#kernel/store.ts";
import type { JournalRow } from "#store/embedded/journal.ts";

/** What is on the disk, whoever has been told of it: turns the rows of a write into the batches that they are. */
export class DurableState {
  readonly #entries = new Map<string, Entry<unknown>>();

  batches(rows: readonly JournalRow[]): ChangeBatch<unknown>[] {
    const batches: { revision: number; changes: Change<unknown>[] }[] = [];
    for (const row of rows) {
      if (batches.at(-1)?.revision !== row.revision) batches.push({ revision: row.revision, changes: [] });
      batches.at(-1)!.changes.push(this.#take(row));
    }
    return batches;
  }

  #take({ key, value, revision, createRevision }: JournalRow): Change<unknown> {
    const previous = this.#entries.get(key);
    if (value === undefined) {
      this.#entries.delete(key);
      return { type: "remove", previous: previous! };
    }
    const entry = { key, value, modRevision: revision, createRevision };
    this.#entries.set(key, entry);
    return { type: "put", entry, previous };
  }
}
