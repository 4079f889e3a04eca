import type { LeaseId } from "#kernel/store.ts";
import type { Journal, JournalContent, JournalGroup, JournalLease, JournalRow } from "./journal.ts";

/** A journal that lives as long as this object: an engine opened on it again finds what the one before left. */
export class MemoryJournal implements Journal {
  readonly #rows = new Map<number, JournalRow>();
  readonly #leases = new Map<LeaseId, JournalLease>();
  #compactedRevision = 0;
  #lastLease: LeaseId = 0;

  load(): JournalContent {
    return {
      compactedRevision: this.#compactedRevision,
      lastLease: this.#lastLease,
      leases: [...this.#leases.values()],
      rows: this.#rows.values(),
    };
  }

  write(group: JournalGroup): void {
    for (const row of group.rows) this.#rows.set(row.id, row);
    for (const lease of group.grantedLeases) {
      this.#leases.set(lease.id, lease);
      this.#lastLease = lease.id;
    }
    for (const lease of group.endedLeases) this.#leases.delete(lease);
    if (group.compaction === undefined) return;
    this.#compactedRevision = group.compaction.revision;
    for (const id of group.compaction.rows) this.#rows.delete(id);
  }

  sync(): undefined {}

  maintain(): undefined {}

  close(): void {}
}
