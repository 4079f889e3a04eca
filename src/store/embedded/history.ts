import type { EngineEntry } from "#kernel/engine.ts";
import type { ChangeBatch } from "#kernel/store.ts";

/** A record that is kept, and the row of the journal that holds it. */
export interface Stored {
  readonly entry: EngineEntry;
  readonly row: number;
  /** About the size of its JSON. */
  readonly bytes: number;
}

export interface HistoryLimits {
  readonly revisions: number;
  readonly bytes: number;
}

/**
 * The latest batches, for watches that start in the past, and the rows of the journal that only they still need. It is
 * let go in steps of an eighth, so that trimming costs little for each commit.
 */
export class History {
  readonly #limits: HistoryLimits;
  #batches: Remembered[] = [];
  #bytes = 0;
  /** Batches after this revision are kept. */
  #compacted: number;

  constructor(limits: HistoryLimits, compacted: number) {
    this.#limits = limits;
    this.#compacted = compacted;
  }

  get compacted(): number {
    return this.#compacted;
  }

  /** `obsolete`: rows that no longer hold a current record since this batch; `bytes`: those of its records. */
  add(batch: ChangeBatch<unknown>, obsolete: readonly number[], bytes: number): void {
    this.#batches.push({ batch, obsolete, bytes });
    this.#bytes += bytes;
  }

  /** The batches after a revision, oldest first. */
  *after(revision: number): Iterable<ChangeBatch<unknown>> {
    const first = this.#indexAfter(revision);
    for (let i = first; i < this.#batches.length; i++) yield this.#batches[i]!.batch;
  }

  /** Up to which revision to forget so that the limits hold with room to spare; undefined while they hold. */
  overflow(): number | undefined {
    const { revisions, bytes } = this.#limits;
    if (this.#batches.length <= revisions && this.#bytes <= bytes) return undefined;
    let [count, size, last] = [this.#batches.length, this.#bytes, this.#compacted];
    for (const remembered of this.#batches) {
      if (count <= (revisions * 7) / 8 && size <= (bytes * 7) / 8) break;
      count--;
      size -= remembered.bytes;
      last = remembered.batch.revision;
    }
    return last;
  }

  /** The rows that may go once batches up to the revision are forgotten. */
  obsoleteRows(revision: number): number[] {
    return this.#batches.slice(0, this.#indexAfter(revision)).flatMap((remembered) => remembered.obsolete);
  }

  forget(revision: number): void {
    const forgotten = this.#indexAfter(revision);
    for (const remembered of this.#batches.slice(0, forgotten)) this.#bytes -= remembered.bytes;
    this.#batches = this.#batches.slice(forgotten);
    this.#compacted = Math.max(this.#compacted, revision);
  }

  #indexAfter(revision: number): number {
    let [low, high] = [0, this.#batches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#batches[middle]!.batch.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface Remembered {
  readonly batch: ChangeBatch<unknown>;
  readonly obsolete: readonly number[];
  readonly bytes: number;
}
