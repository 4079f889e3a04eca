import type { RecordChange } from "./derivation.ts";
import type { Collection, Entry, Key, Store, View } from "./store.ts";

type Views = Pick<Store, "view">;
type Changed = ReadonlyMap<string, unknown>;

/** The views as they will be once these changes are committed. For looks at a few records: the changes are walked. */
export function viewsAfter(store: Views, changes: readonly RecordChange[]): Views {
  const changed: Changed = new Map(changes.map(({ key, after }) => [key, after]));
  return {
    view<T, I extends string>(collection: Collection<T, I>): View<T, I> {
      const before = store.view(collection);
      const own = [...changed].filter(([key]) => key.startsWith(`${collection.name}/`));
      return own.length === 0 ? before : viewAfter(collection, before, new Map(own));
    },
  };
}

function viewAfter<T, I extends string>(
  collection: Collection<T, I>,
  before: View<T, I>,
  changed: Changed,
): View<T, I> {
  const entryOf = (key: string): Entry<T> | undefined => {
    const value = changed.get(key) as T | undefined;
    return value === undefined ? undefined : { modRevision: 0, createRevision: 0, ...before.get(key), key, value };
  };
  const merged = (kept: Iterable<Entry<T>>, isWanted: (value: T) => boolean): Entry<T>[] => {
    const untouched = [...kept].filter(({ key }) => !changed.has(key));
    const now = [...changed.keys()].flatMap((key) => entryOf(key) ?? []).filter(({ value }) => isWanted(value));
    return [...untouched, ...now].sort((a, b) => (a.key < b.key ? -1 : 1));
  };
  const by: View<T, I>["by"] = (index, value, { after = "", limit } = {}) => {
    const isUnder = (record: T) => [collection.indexes?.[index](record) ?? []].flat().includes(value);
    return merged(before.by(index, value), isUnder)
      .filter(({ key }) => key > after)
      .slice(0, limit);
  };
  const all = () => merged(before.all(), () => true);
  return {
    get: (key: Key<T>) => (changed.has(key) ? entryOf(key) : before.get(key)),
    by,
    count: (index, value) => by(index, value).length,
    all,
    get size() {
      return all().length;
    },
  };
}
