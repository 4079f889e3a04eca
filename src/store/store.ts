import type { Clock, Timer } from "#kernel/clock.ts";
import type { Derivation, RecordChange } from "#kernel/derivation.ts";
import type { Compare, StoreEngine } from "#kernel/engine.ts";
import { ConflictError, InvariantError } from "#kernel/fault.ts";
import {
  absent,
  type Change,
  type ChangeBatch,
  type ChangeFeed,
  type Collection,
  type Commit,
  collectionName,
  type Entry,
  type Key,
  type Prefix,
  type Put,
  type RangeOptions,
  type Read,
  type Store,
  type Subscription,
  type View,
} from "#kernel/store.ts";
import { refusal } from "./guard.ts";
import { CollectionView } from "./view.ts";

// biome-ignore lint/suspicious/noExplicitAny: collections of every record type stand in one list.
export type AnyCollection = Collection<any, any>;

export interface StoreOptions {
  readonly engine: StoreEngine;
  /** Every collection that there is; keys of others are refused. Records of unknown ones are left alone. */
  readonly collections: readonly AnyCollection[];
  readonly clock: Clock;
  /** What follows from changes, and is written with them. */
  readonly derivations?: readonly Derivation[];
}

/** The store as the composition root holds it. It writes on behalf of no component until `as` names one. */
export interface StoreHost extends Store, ChangeFeed {
  /** Removes every record of every collection but those named, whatever its state. For `/_estiva/reset`. */
  clear(options?: { readonly except: readonly string[] }): Promise<void>;
  /** Stops following the engine, which stays open. */
  close(): void;
}

/** Reads everything into views and follows the engine from there. */
export async function createStore(options: StoreOptions): Promise<StoreHost> {
  const views = new Views(options);
  await views.start();
  const store = storeAs(options.engine, views, "nobody");
  return {
    ...store,
    observe: (onBatch) => views.observe(onBatch),
    clear: ({ except } = { except: [] }) => clear(options.engine, views, new Set(except)),
    close: () => views.close(),
  };
}

interface Kept {
  readonly collection: AnyCollection;
  // biome-ignore lint/suspicious/noExplicitAny: as above; `view` types each by its collection.
  readonly view: CollectionView<any, any>;
}

/** The views of all collections, which one watch keeps at the same revision. */
class Views {
  readonly #options: StoreOptions;
  readonly #kept: ReadonlyMap<string, Kept>;
  readonly #observers = new Set<(batch: ChangeBatch<unknown>) => void>();
  #watch: Subscription | undefined;
  #retry: Timer | undefined;
  #closed = false;

  constructor(options: StoreOptions) {
    this.#options = options;
    const kept = new Map<string, Kept>();
    for (const collection of options.collections) {
      if (kept.has(collection.name)) throw new InvariantError(`Two collections are named ${collection.name}`);
      kept.set(collection.name, { collection, view: new CollectionView(collection) });
    }
    this.#kept = kept;
  }

  async start(): Promise<void> {
    const { revision, entries } = await this.#options.engine.list("");
    if (this.#closed) return;
    const changes = this.#differences(entries);
    if (changes.length > 0) this.#show({ revision, changes });
    this.#watch = this.#options.engine.watch("", {
      afterRevision: revision,
      onBatch: (batch) => this.#show(batch),
      onCompacted: () => this.#startAgain(1000),
    });
  }

  /** What follows from a commit. */
  derived({ put = [], remove = [] }: Commit, store: Pick<Store, "view">): readonly Put[] {
    const { derivations = [] } = this.#options;
    return derivations.flatMap((derivation) => {
      const changes: RecordChange[] = [];
      const note = (key: string, after: unknown) => {
        if (!derivation.collections.includes(collectionName(key))) return;
        changes.push({ key, before: this.of(key).view.get(key)?.value, after });
      };
      for (const { key, value } of put) note(key, value);
      for (const key of remove) note(key, undefined);
      return changes.length === 0 ? [] : derivation.derive(changes, store);
    });
  }

  of(key: string): Kept {
    const kept = this.#find(key);
    if (kept === undefined) throw new InvariantError(`No collection has the key ${key}`);
    return kept;
  }

  all(): Iterable<Kept> {
    return this.#kept.values();
  }

  observe(onBatch: (batch: ChangeBatch<unknown>) => void): Subscription {
    this.#observers.add(onBatch);
    return { close: () => this.#observers.delete(onBatch) };
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
    this.#retry?.cancel();
    this.#observers.clear();
  }

  /** The watch was cut off: what happened meanwhile is found by comparing. */
  #startAgain(retryMs: number): void {
    this.start().catch(() => {
      if (this.#closed) return;
      this.#retry = this.#options.clock.after(retryMs, () => this.#startAgain(Math.min(retryMs * 2, 30_000)));
    });
  }

  #show(batch: ChangeBatch<unknown>): void {
    for (const change of batch.changes) this.#find(keyOf(change))?.view.apply(change);
    for (const observer of this.#observers) observer(batch);
  }

  #differences(entries: readonly Entry<unknown>[]): Change<unknown>[] {
    const present = new Set(entries.map((entry) => entry.key));
    const changes: Change<unknown>[] = [];
    for (const { view } of this.#kept.values()) {
      for (const previous of view.all()) {
        if (!present.has(previous.key)) changes.push({ type: "remove", previous });
      }
    }
    for (const entry of entries) {
      const previous = this.#find(entry.key)?.view.get(entry.key);
      if (previous?.modRevision !== entry.modRevision) changes.push({ type: "put", entry, previous });
    }
    return changes;
  }

  #find(key: string): Kept | undefined {
    return this.#kept.get(collectionName(key));
  }
}

function storeAs(engine: StoreEngine, views: Views, component: string): Store {
  const store: Store = {
    async get<T>(key: Key<T>): Promise<Read<T>> {
      const entry = views.of(key).view.get(key) as Entry<T> | undefined;
      return entry ?? absent(key);
    },
    async list<T>(prefix: Prefix<T>, options?: RangeOptions): Promise<Entry<T>[]> {
      return views.of(prefix).view.range(prefix, options);
    },
    view<T, I extends string>(collection: Collection<T, I>): View<T, I> {
      return views.of(`${collection.name}/`).view as View<T, I>;
    },
    async commit(given) {
      // Requests may name one record in two ways, to remove it.
      const { remove = [] } = given;
      const commit = remove.length < 2 ? given : { ...given, remove: [...new Set(remove)] };
      const derived = views.derived(commit, store);
      const whole = derived.length === 0 ? commit : { ...commit, put: [...(commit.put ?? []), ...derived] };
      return commitAs(engine, views, component, whole);
    },
    as: (other) => storeAs(engine, views, other),
  };
  return store;
}

async function commitAs(engine: StoreEngine, views: Views, component: string, commit: Commit): Promise<number> {
  const { unchanged = [], put = [], remove = [] } = commit;
  const compare = new Map<string, Compare>();
  for (const { key, modRevision } of unchanged) compare.set(key, { key, modRevision });
  for (const { key, value } of put) guard(views, component, key, value, compare);
  for (const key of remove) guard(views, component, key, undefined, compare);
  const result = await engine.commit({ compare: [...compare.values()], put, remove });
  if (!result.ok) throw new ConflictError(result.key);
  return result.revision;
}

/** Checks one write against what the view shows, and has the commit refused should the record be another by then. */
function guard(views: Views, component: string, key: string, next: unknown, compare: Map<string, Compare>): void {
  const { collection, view } = views.of(key);
  if (collection.machines === undefined) return;
  const previous = view.get(key);
  const modRevision = previous?.modRevision ?? 0;
  const read = compare.get(key);
  if (read !== undefined && read.modRevision !== modRevision) throw new ConflictError(key);
  const reason = refusal(collection, component, previous?.value, next);
  if (reason !== undefined) throw new InvariantError(`${reason}: ${key}`);
  compare.set(key, { key, modRevision });
}

/** Again for what was under way to the disk at first, and showed to nobody yet; what comes later stays. */
async function clear(engine: StoreEngine, views: Views, except: ReadonlySet<string>): Promise<void> {
  const cleared = [...views.all()].filter(({ collection }) => !except.has(collection.name));
  for (let until = Number.POSITIVE_INFINITY; ; ) {
    const entries = cleared.flatMap(({ view }) => [...view.all()] as Entry<unknown>[]);
    const remove = entries.filter(({ modRevision }) => modRevision <= until).map(({ key }) => key);
    if (remove.length === 0 && until !== Number.POSITIVE_INFINITY) return;
    const result = await engine.commit({ compare: [], put: [], remove });
    if (result.ok) until = Math.min(until, result.revision);
  }
}

function keyOf(change: Change<unknown>): string {
  return change.type === "put" ? change.entry.key : change.previous.key;
}
