import type { LeaseId } from "#kernel/store.ts";

/** One write of one commit: the record as it then was, or that it was removed (`value: undefined`). */
export interface JournalRow {
  /** Grows by one with every row; never used twice among the rows that are kept. */
  readonly id: number;
  readonly revision: number;
  readonly key: string;
  readonly value: unknown;
  readonly createRevision: number;
  readonly version: number;
  readonly lease: LeaseId | undefined;
}

export interface JournalLease {
  readonly id: LeaseId;
  readonly ttlSeconds: number;
}

/** What is made durable at once, or not at all. */
export interface JournalGroup {
  readonly rows: readonly JournalRow[];
  readonly grantedLeases: readonly JournalLease[];
  readonly endedLeases: readonly LeaseId[];
  /** Present when the group also compacts: watches can no longer start before `revision`, and `rows` may go. */
  readonly compaction: { readonly revision: number; readonly rows: readonly number[] } | undefined;
}

export interface JournalContent {
  /** Every row of a revision after this one is still there; of older ones only those of current records. */
  readonly compactedRevision: number;
  readonly lastLease: LeaseId;
  readonly leases: readonly JournalLease[];
  /** In the order of their ids. To be read once, before anything is written. */
  readonly rows: Iterable<JournalRow>;
}

/** Where the embedded engine keeps its revision log. */
export interface Journal {
  load(): JournalContent;
  /** Writes the group behind all others. Throws a `DriverError`: `NoSpace`, then nothing of the group was written. */
  write(group: JournalGroup): void;
  /**
   * Resolves when all that has been written is durable; undefined when it already is. Rejects with a `DriverError` when
   * the disk has failed: what of the last group is on it is not known then.
   */
  sync(): Promise<void> | undefined;
  /**
   * Called when all that was written is durable; nothing is written until what it gives has resolved. Undefined: there
   * is nothing to see to. Rejects as `sync` does.
   */
  maintain(): Promise<void> | undefined;
  /** Resolves when nothing is done with it any more. */
  close(): void | Promise<void>;
}
