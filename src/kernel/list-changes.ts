/** What one list of things has that another, a later one, does not have, and the other way round. */
export interface ListChanges<T> {
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/**
 * Compares two lists in which what has not changed is the same object. Lists in the order of `keyOf` are compared in
 * one pass without hashing; of lists in another order some things may be among both the removed and the added.
 */
export function listChanges<T>(before: readonly T[], after: readonly T[], keyOf: (value: T) => string): ListChanges<T> {
  const removed: T[] = [];
  const added: T[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    const [old, next] = [before[i]!, after[j]!];
    if (old === next) {
      i++;
      j++;
      continue;
    }
    const [oldKey, nextKey] = [keyOf(old), keyOf(next)];
    if (oldKey <= nextKey) {
      removed.push(old);
      i++;
    }
    if (nextKey <= oldKey) {
      added.push(next);
      j++;
    }
  }
  for (; i < before.length; i++) removed.push(before[i]!);
  for (; j < after.length; j++) added.push(after[j]!);
  return { removed, added };
}
