import { InvariantError, invariant } from "#kernel/fault.ts";
import { OrderedMap } from "#kernel/ordered-map.ts";
import type { Change, Collection, Entry, Key, RangeOptions, View } from "#kernel/store.ts";

/** Where a record stands in all indexes: a write that changes no index value only swaps the entry in it. */
interface Slot<T> {
  entry: Entry<T>;
}

/** A collection in memory, with its indexes, kept in step by `apply`. */
export class CollectionView<T, I extends string = never> implements View<T, I> {
  readonly #byKey = new Map<string, Slot<T>>();
  readonly #ordered = new OrderedMap<Slot<T>>();
  readonly #indexes: ReadonlyMap<string, Index<T>>;

  constructor(collection: Collection<T, I>) {
    const indexes = Object.entries(collection.indexes ?? {}) as [string, Index<T>["valuesOf"]][];
    this.#indexes = new Map(indexes.map(([name, valuesOf]) => [name, new Index(valuesOf)]));
  }

  get size(): number {
    return this.#ordered.size;
  }

  get(key: Key<T>): Entry<T> | undefined {
    return this.#byKey.get(key)?.entry;
  }

  by(index: I, value: string, options?: RangeOptions): readonly Entry<T>[] {
    const slots = this.#index(index).slots.get(value)?.range("", options) ?? [];
    return slots.map((slot) => slot.entry);
  }

  count(index: I, value: string): number {
    return this.#index(index).slots.get(value)?.size ?? 0;
  }

  *all(): Iterable<Entry<T>> {
    for (const slot of this.#ordered.values()) yield slot.entry;
  }

  /** Entries under a prefix of their keys, in key order. */
  range(prefix: string, options?: RangeOptions): Entry<T>[] {
    return this.#ordered.range(prefix, options).map((slot) => slot.entry);
  }

  apply(change: Change<T>): void {
    if (change.type === "put") this.#put(change.entry);
    else this.#remove(change.previous.key);
  }

  #put(entry: Entry<T>): void {
    const slot = this.#byKey.get(entry.key);
    if (slot === undefined) {
      const added: Slot<T> = { entry };
      this.#byKey.set(entry.key, added);
      this.#ordered.add(entry.key, added);
      for (const index of this.#indexes.values()) index.add(index.of(entry.value), entry.key, added);
      return;
    }
    const previous = slot.entry.value;
    slot.entry = entry;
    for (const index of this.#indexes.values()) {
      const [before, after] = [index.of(previous), index.of(entry.value)];
      if (sameValues(before, after)) continue;
      index.remove(
        before.filter((value) => !after.includes(value)),
        entry.key,
      );
      index.add(
        after.filter((value) => !before.includes(value)),
        entry.key,
        slot,
      );
    }
  }

  #remove(key: string): void {
    const slot = this.#byKey.get(key);
    invariant(slot !== undefined, `A view was told of the removal of a record that it does not have: ${key}`);
    this.#byKey.delete(key);
    this.#ordered.delete(key);
    for (const index of this.#indexes.values()) index.remove(index.of(slot.entry.value), key);
  }

  #index(name: string): Index<T> {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new InvariantError(`No such index: ${name}`);
    return index;
  }
}

function sameValues(before: readonly string[], after: readonly string[]): boolean {
  if (before.length !== after.length) return false;
  for (let i = 0; i < before.length; i++) if (before[i] !== after[i]) return false;
  return true;
}

const noValues: readonly string[] = [];

class Index<T> {
  readonly valuesOf: (value: T) => string | readonly string[] | undefined;
  readonly slots = new Map<string, OrderedMap<Slot<T>>>();

  constructor(valuesOf: Index<T>["valuesOf"]) {
    this.valuesOf = valuesOf;
  }

  of(value: T): readonly string[] {
    const values = this.valuesOf(value);
    if (values === undefined) return noValues;
    if (typeof values === "string") return [values];
    return values.length < 2 ? values : [...new Set(values)];
  }

  add(values: readonly string[], key: string, slot: Slot<T>): void {
    for (const value of values) {
      const slots = this.slots.get(value) ?? new OrderedMap();
      if (slots.size === 0) this.slots.set(value, slots);
      slots.add(key, slot);
    }
  }

  remove(values: readonly string[], key: string): void {
    for (const value of values) {
      const slots = this.slots.get(value);
      slots?.delete(key);
      if (slots?.size === 0) this.slots.delete(value);
    }
  }
}
