import type { EngineEntry } from "#kernel/engine.ts";
import type { LeaseId } from "#kernel/store.ts";
import type { JournalLease } from "./journal.ts";

/** One write that has been checked: `entry: undefined` removes the key. */
export interface StagedWrite {
  readonly key: string;
  readonly entry: EngineEntry | undefined;
  readonly row: number;
  readonly bytes: number;
}

export interface StagedCommit {
  readonly revision: number;
  readonly writes: readonly StagedWrite[];
}

/**
 * What callers asked for in one turn of the event loop, or while the group before was being synced. It becomes durable
 * as a whole; its `settled` promise resolves then, or rejects with the journal's error.
 */
export class Group {
  readonly commits: StagedCommit[] = [];
  readonly grantedLeases: JournalLease[] = [];
  readonly endedLeases: LeaseId[] = [];
  /** The latest revision that someone asked to compact to. */
  compactTo: number | undefined;
  readonly settled: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Each caller gets its own promise; a group that nobody waits for fails without noise.
    promise.catch(() => {});
    [this.settled, this.resolve, this.reject] = [promise, resolve, reject];
  }
}
