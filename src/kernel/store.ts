/**
 * The store's vocabulary. It is shaped after etcd's v3 API (ordered keys, one global revision, transactions that
 * compare revisions, watches from a revision, leases), so that an etcd engine is only an engine.
 */

/** A key of a record of type `T`. Keys are paths: `ecs/task/<account>/<region>/<cluster>/<id>`. */
export type Key<T> = string & { readonly __value?: T };
/** The start of the keys of records of type `T`; it ends in `/`. */
export type Prefix<T> = string & { readonly __values?: T };

/** A record that exists. Values are plain JSON data and are never changed in place. */
export interface Entry<T> {
  readonly key: Key<T>;
  readonly value: T;
  /** The revision of the commit that wrote it last. */
  readonly modRevision: number;
  /** The revision of the commit that made it. */
  readonly createRevision: number;
}

/** What a read of one key gives: the entry, or that there was none (`value: undefined`, `modRevision: 0`). */
export type Read<T> = Entry<T> | Absent<T>;
export interface Absent<T> {
  readonly key: Key<T>;
  readonly value: undefined;
  readonly modRevision: 0;
  readonly createRevision: 0;
}

/** For `Commit.unchanged`: the commit is refused when a record with this key exists. */
export function absent<T>(key: Key<T>): Absent<T> {
  return { key, value: undefined, modRevision: 0, createRevision: 0 };
}

export interface Put {
  readonly key: string;
  readonly value: unknown;
  /** The record is removed when this lease ends. */
  readonly lease?: LeaseId;
}
export type LeaseId = number;

export interface Commit {
  /** What was read: the commit is refused with `ConflictError` if any of it has changed, or an absent one has come. */
  readonly unchanged?: readonly Read<unknown>[];
  readonly put?: readonly Put[];
  /** Keys to remove; one that does not exist is passed over, one that is named twice is removed once. */
  readonly remove?: readonly string[];
}

export type Change<T> =
  | { readonly type: "put"; readonly entry: Entry<T>; readonly previous: Entry<T> | undefined }
  | { readonly type: "remove"; readonly previous: Entry<T> };

/** The changes of one revision under a prefix, in the order of the commit. */
export interface ChangeBatch<T> {
  readonly revision: number;
  readonly changes: readonly Change<T>[];
}

export interface Subscription {
  close(): void;
}

/** A part of an ordered list: from the first key after `after`, at most `limit` entries. */
export interface RangeOptions {
  readonly after?: string;
  readonly limit?: number;
}

/** Tells of changes. */
export interface ChangeFeed {
  /**
   * Calls back with every commit, in the order of revisions, once the views show it; never inside a call of `commit`.
   * It must not throw: what it throws is a bug and ends the process.
   */
  observe(onBatch: (batch: ChangeBatch<unknown>) => void): Subscription;
}

/**
 * What handlers and controllers hold. Reads come from memory and see all that this process has committed.
 * A `Store` carries the name of the component that uses it: the store refuses a transition of a state machine that
 * another component owns.
 */
export interface Store {
  get<T>(key: Key<T>): Promise<Read<T>>;
  /** Entries in the order of their keys, from the first key after `after`, at most `limit`. */
  list<T>(prefix: Prefix<T>, options?: RangeOptions): Promise<Entry<T>[]>;
  /** The indexed view of a collection, always at least as new as this process's last commit. */
  view<T, I extends string>(collection: Collection<T, I>): View<T, I>;
  /**
   * Makes all of it durable at once, or nothing. Resolves with the revision.
   * Rejects with `ConflictError` (see `Commit.unchanged`), with `InvariantError` for a transition that the component
   * may not make, and with `DriverError` (`NoSpace`) when the disk is full; then nothing was written.
   */
  commit(commit: Commit): Promise<number>;
  /** The same store on behalf of another component. */
  as(component: string): Store;
}

/** Records of one kind: where their keys are, how they are indexed, which transitions are legal, and under whom. */
export interface Collection<T, I extends string = never> {
  /** `<service>/<kind>`, the first two parts of every key. */
  readonly name: string;
  /** Index name -> the values under which a record is found. `undefined` leaves it out of that index. */
  readonly indexes?: Readonly<Record<I, (value: T) => string | readonly string[] | undefined>>;
  /** The state machines of the record's fields. */
  readonly machines?: readonly StateMachine<T>[];
}

export interface StateMachine<T> {
  /** The state that a record is in. */
  readonly state: (value: T) => string | undefined;
  /** The states that a new record may have. */
  readonly initial: readonly string[];
  /** Component -> the transitions that it, and no other, may make. `DELETED` stands for the record's removal. */
  readonly transitions: Readonly<Record<string, readonly (readonly [string, string])[]>>;
  /** Whether any record may be removed in any state (by default only through a transition to `DELETED`). */
  readonly removable?: boolean;
}

/** An indexed, always current copy of a collection in memory. Entries are in the order of their keys. */
export interface View<T, I extends string = never> {
  get(key: Key<T>): Entry<T> | undefined;
  /**
   * The records whose index has this value, in key order, from the first key after `after`, at most `limit`.
   * Costs no more than the answer.
   */
  by(index: I, value: string, options?: RangeOptions): readonly Entry<T>[];
  /** How many `by` would give without options, without making the list. */
  count(index: I, value: string): number;
  /** All records, in key order. */
  all(): Iterable<Entry<T>>;
  readonly size: number;
}

/** `name/part/part...`, with the parts escaped so that none can contain a separator. */
export function keyOf<T>(
  collection: Collection<T, never> | Collection<T, string>,
  ...parts: readonly string[]
): Key<T> {
  return `${collection.name}/${parts.map(escapePart).join("/")}`;
}

/** The prefix of all keys that start with these parts. */
export function prefixOf<T>(
  collection: Collection<T, never> | Collection<T, string>,
  ...parts: readonly string[]
): Prefix<T> {
  return `${[collection.name, ...parts.map(escapePart)].join("/")}/`;
}

/** The items with each key once, in the order in which the keys came; of several with one key the last. */
export function eachOnce<T extends { readonly key: string }>(items: Iterable<T>): T[] {
  return [...new Map(Array.from(items, (item): [string, T] => [item.key, item])).values()];
}

/** The collection's name in a key or prefix: the first two parts. */
export function collectionName(key: string): string {
  const first = key.indexOf("/");
  const second = key.indexOf("/", first + 1);
  return second < 0 ? key : key.slice(0, second);
}

/** The parts of a key after the collection's name, unescaped. */
export function partsOf(key: string): string[] {
  return key.split("/").slice(2).map(unescapePart);
}

function escapePart(part: string): string {
  return /[%/]/.test(part) ? part.replaceAll("%", "%25").replaceAll("/", "%2F") : part;
}

function unescapePart(part: string): string {
  return part.includes("%") ? part.replaceAll("%2F", "/").replaceAll("%25", "%") : part;
}
