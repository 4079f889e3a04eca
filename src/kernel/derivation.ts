import type { Put, Store } from "./store.ts";

/** A record before and after a commit; undefined: there is none. */
export interface RecordChange {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Records that follow from changes of others. The store writes them in the same commit, so that neither is there
 * without the other, whatever crashes. It is asked before each commit that touches the collections, and must cost
 * nothing when nothing follows. It must not throw.
 */
export interface Derivation {
  /** Names of collections: `ecs/task`. */
  readonly collections: readonly string[];
  derive(changes: readonly RecordChange[], store: Pick<Store, "view">): readonly Put[];
}
