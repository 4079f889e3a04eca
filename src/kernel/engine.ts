import type { ChangeBatch, LeaseId, Put, Subscription } from "./store.ts";

/** A stored record as an engine gives it. `version` counts its writes since it was made. */
export interface EngineEntry {
  readonly key: string;
  readonly value: unknown;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  readonly lease: LeaseId | undefined;
}

/** Holds when the key's `modRevision` is this number; 0 stands for an absent key. */
export interface Compare {
  readonly key: string;
  readonly modRevision: number;
}

export interface Transaction {
  readonly compare: readonly Compare[];
  readonly put: readonly Put[];
  readonly remove: readonly string[];
}

/** A transaction whose comparison failed wrote nothing and names the first key that differed. */
export type TransactionResult =
  | { readonly ok: true; readonly revision: number }
  | { readonly ok: false; readonly key: string };

export interface WatchOptions {
  /** Every change after this revision is delivered, none twice. */
  readonly afterRevision: number;
  readonly onBatch: (batch: ChangeBatch<unknown>) => void;
  /** The revision asked for is no longer kept: the watcher must list again. The watch has ended. */
  readonly onCompacted: (oldestRevision: number) => void;
}

/**
 * Where the records are kept. The embedded engine is the only one; each passes `test/contracts/store-engine.ts`.
 * Keys are ordered by their UTF-8 bytes. Every method may reject with a `DriverError`.
 */
export interface StoreEngine {
  /** The revision of the last commit. */
  revision(): Promise<number>;
  get(key: string): Promise<EngineEntry | undefined>;
  /** Entries of one revision, which is given beside them. */
  list(
    prefix: string,
    options?: { after?: string; limit?: number },
  ): Promise<{ readonly revision: number; readonly entries: readonly EngineEntry[] }>;
  /** Compares and writes as one. Resolves when the writes are durable, after the watchers of this process saw them. */
  commit(transaction: Transaction): Promise<TransactionResult>;
  /** Delivers the batches of one prefix in the order of their revisions, never inside a call of `commit`. */
  watch(prefix: string, options: WatchOptions): Subscription;
  /** Forgets what watches could replay up to this revision. Current records stay. */
  compact(revision: number): Promise<void>;
  /** A lease ends `ttlSeconds` after its last renewal; its records are then removed in one commit. */
  grantLease(ttlSeconds: number): Promise<LeaseId>;
  /** Resolves with false when the lease has ended. */
  renewLease(lease: LeaseId): Promise<boolean>;
  revokeLease(lease: LeaseId): Promise<void>;
  close(): Promise<void>;
}
