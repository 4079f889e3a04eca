/**
 * A map in the order of its keys' UTF-8 bytes, made of sorted chunks: finding is a binary search over the chunks and
 * one inside a chunk, inserting moves at most a chunk. A million keys are fine; a scan runs along arrays.
 *
 * What is added is put in its place only when somebody asks for an order: much of it has gone again by then.
 */
export class OrderedMap<V> {
  readonly #chunks: Chunk<V>[] = [];
  /** Added, and in no chunk yet. */
  readonly #unplaced = new Map<string, V>();
  #size = 0;
  /** Counts insertions and removals, so that an open iterator knows that its position is stale. */
  #moves = 0;
  #compare: (a: string, b: string) => number = compareUnits;

  get size(): number {
    return this.#size + this.#unplaced.size;
  }

  get(key: string): V | undefined {
    const unplaced = this.#unplaced.get(key);
    if (unplaced !== undefined) return unplaced;
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (chunk === undefined) return undefined;
    const at = this.#lowerBound(chunk.keys, key);
    return chunk.keys[at] === key ? chunk.values[at] : undefined;
  }

  /** For a key that is not there. */
  add(key: string, value: V): void {
    this.#unplaced.set(key, value);
    this.#moves++;
  }

  /** Returns the value that was there before. */
  set(key: string, value: V): V | undefined {
    this.#place();
    return this.#set(key, value);
  }

  #set(key: string, value: V): V | undefined {
    if (this.#compare === compareUnits && beyondSurrogates.test(key)) this.#compare = compareKeys;
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) {
      this.#chunks.push({ keys: [key], values: [value] });
      this.#grown();
      return undefined;
    }
    const at = this.#lowerBound(chunk.keys, key);
    if (chunk.keys[at] === key) {
      const previous = chunk.values[at];
      chunk.values[at] = value;
      return previous;
    }
    if (at === chunk.keys.length) {
      chunk.keys.push(key);
      chunk.values.push(value);
    } else {
      chunk.keys.splice(at, 0, key);
      chunk.values.splice(at, 0, value);
    }
    this.#grown();
    if (chunk.keys.length > chunkLimit) this.#split(index, at === chunk.keys.length - 1);
    return undefined;
  }

  /** Returns the value that was removed. */
  delete(key: string): V | undefined {
    const unplaced = this.#unplaced.get(key);
    if (this.#unplaced.delete(key)) return unplaced;
    const index = this.#chunkOf(key);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return undefined;
    const at = this.#lowerBound(chunk.keys, key);
    if (chunk.keys[at] !== key) return undefined;
    const [removed] = chunk.values.splice(at, 1);
    chunk.keys.splice(at, 1);
    this.#size--;
    this.#moves++;
    if (chunk.keys.length === 0) this.#chunks.splice(index, 1);
    else if (chunk.keys.length < chunkLimit / 8) this.#merge(index);
    return removed;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#unplaced.clear();
    this.#size = 0;
    this.#moves++;
  }

  /** The values under a prefix, from the first key after `after`, at most `limit`. */
  range(prefix: string, options: { readonly after?: string; readonly limit?: number } = {}): V[] {
    const { after, limit = Number.POSITIVE_INFINITY } = options;
    this.#place();
    const found: V[] = [];
    let [index, at] = this.#seek(prefix, after);
    for (; index < this.#chunks.length; index++, at = 0) {
      const { keys, values } = this.#chunks[index]!;
      for (; at < keys.length; at++) {
        if (found.length >= limit || !keys[at]!.startsWith(prefix)) return found;
        found.push(values[at]!);
      }
    }
    return found;
  }

  /** All values. The map may change meanwhile: what is added or removed ahead is noticed, nothing comes twice. */
  *values(): IterableIterator<V> {
    this.#place();
    let [index, at, moves] = [0, 0, this.#moves];
    for (;;) {
      const chunk = this.#chunks[index];
      if (chunk === undefined) return;
      if (at >= chunk.keys.length) {
        index++;
        at = 0;
        continue;
      }
      const key = chunk.keys[at]!;
      yield chunk.values[at]!;
      at++;
      if (moves !== this.#moves) {
        this.#place();
        [index, at] = this.#seek("", key);
        moves = this.#moves;
      }
    }
  }

  /** In their order, so that chunks fill one after the other. */
  #place(): void {
    if (this.#unplaced.size === 0) return;
    const added = [...this.#unplaced];
    this.#unplaced.clear();
    if (added.length > 1) added.sort(([a], [b]) => compareUnits(a, b));
    for (const [key, value] of added) this.#set(key, value);
  }

  /** Where the first key is that has the prefix, or that sorts after it, and is beyond `after`. */
  #seek(prefix: string, after: string | undefined): [chunk: number, at: number] {
    const resumed = after !== undefined && this.#compare(after, prefix) >= 0;
    const from = resumed ? after : prefix;
    const index = this.#chunkOf(from);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return [index, 0];
    const at = this.#lowerBound(chunk.keys, from);
    return [index, resumed && chunk.keys[at] === after ? at + 1 : at];
  }

  /** The chunk that holds the key or would take it. */
  #chunkOf(key: string): number {
    let [low, high] = [0, this.#chunks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#compare(this.#chunks[middle]!.keys[0]!, key) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #lowerBound(keys: readonly string[], key: string): number {
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(keys[middle]!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grown(): void {
    this.#size++;
    this.#moves++;
  }

  /** Keys that come in order leave full chunks behind; others halve theirs. */
  #split(index: number, appended: boolean): void {
    const chunk = this.#chunks[index]!;
    const half = appended ? chunk.keys.length - 1 : chunk.keys.length >> 1;
    this.#chunks.splice(index + 1, 0, { keys: chunk.keys.splice(half), values: chunk.values.splice(half) });
  }

  #merge(index: number): void {
    const left = index > 0 ? index - 1 : index;
    const [a, b] = [this.#chunks[left], this.#chunks[left + 1]];
    if (a === undefined || b === undefined || a.keys.length + b.keys.length > chunkLimit / 2) return;
    a.keys.push(...b.keys);
    a.values.push(...b.values);
    this.#chunks.splice(left + 1, 1);
  }
}

interface Chunk<V> {
  readonly keys: string[];
  readonly values: V[];
}

const chunkLimit = 512;

/** UTF-16 code units, which is how JavaScript compares, sort like UTF-8 bytes unless both strings have one of these. */
const beyondSurrogates = /[\uD800-\uFFFF]/;

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The order of two keys by their UTF-8 bytes: negative, 0 or positive. */
export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return byteRank(x) - byteRank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond U+FFFF and so sort after U+E000 to U+FFFF. */
function byteRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
