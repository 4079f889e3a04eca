/** Messages of which each replaces the one before it. */
export interface Latest<M> {
  take(message: M): void;
  /** Messages of a new session are numbered anew. */
  newSession(): void;
}

/** Hands a message on unless a later one has come before it. */
export function createLatest<M extends { readonly seqNum: number }>(apply: (message: M) => void): Latest<M> {
  let seqNum = Number.NEGATIVE_INFINITY;
  return {
    take(message) {
      if (message.seqNum <= seqNum) return;
      seqNum = message.seqNum;
      apply(message);
    },
    newSession() {
      seqNum = Number.NEGATIVE_INFINITY;
    },
  };
}
