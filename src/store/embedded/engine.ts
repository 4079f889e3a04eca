import type { Clock } from "#kernel/clock.ts";
import type { EngineEntry, StoreEngine, Transaction, TransactionResult, WatchOptions } from "#kernel/engine.ts";
import { DriverError, InvariantError, invariant } from "#kernel/fault.ts";
import { OrderedMap } from "#kernel/ordered-map.ts";
import type { Change, ChangeBatch, LeaseId, Put, RangeOptions, Subscription } from "#kernel/store.ts";
import { freezeJson } from "./freeze.ts";
import { Group, type StagedCommit, type StagedWrite } from "./group.ts";
import { History, type HistoryLimits, type Stored } from "./history.ts";
import type { Journal, JournalRow } from "./journal.ts";
import { Leases } from "./leases.ts";
import { Watchers } from "./watchers.ts";

export interface EngineOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Runs `flush` soon, after the present call stack: all that is committed until then becomes durable at once. */
  readonly defer: (flush: () => void) => void;
  readonly history: HistoryLimits;
}

/**
 * The embedded engine: all current records in memory, and a revision log in a `Journal`. They are put in the order of
 * their keys when somebody lists them, which is at the start: every write looks records up, none needs their order.
 *
 * Commits are checked at once against what is durable and what is staged. Those of one turn are written together at
 * its end (`flush`); while the disk syncs them, later ones gather in the next group. Reads and watches show durable
 * state only, so nobody acts on a write that a full disk may yet take back. A conflict with a staged write is told only
 * once that write is settled, so that who reads again sees it.
 */
export class EmbeddedEngine implements StoreEngine {
  readonly #journal: Journal;
  readonly #defer: (flush: () => void) => void;
  readonly #current = new Map<string, Stored>();
  readonly #watchers = new Watchers();
  readonly #history: History;
  readonly #leases: Leases;
  /** What is not durable yet, by key: the latest write of each. */
  readonly #staged = new Map<string, StagedWrite>();
  /** Written, and on its way to the disk. */
  #syncing: Group | undefined;
  /** The journal sees to itself: nothing is written meanwhile. */
  #maintenance: Promise<void> | undefined;
  /** Takes what is committed now. */
  #group: Group | undefined;
  /** The last durable revision, row and lease; those that the syncing group ends with; and the last ones given. */
  #durable: Counters;
  #written: Counters;
  #next: Counters;
  /** Why no commit is taken any more. */
  #refusal: DriverError | undefined;

  constructor(options: EngineOptions) {
    this.#journal = options.journal;
    this.#defer = options.defer;
    this.#leases = new Leases(options.clock, (lease) => this.#expire(lease));
    const content = this.#journal.load();
    this.#history = new History(options.history, content.compactedRevision);
    for (const lease of content.leases) this.#leases.open(lease.id, lease.ttlSeconds);
    this.#durable = this.#replay(content.rows, {
      revision: content.compactedRevision,
      row: 0,
      lease: content.lastLease,
    });
    this.#written = this.#durable;
    this.#next = this.#durable;
  }

  async revision(): Promise<number> {
    return this.#durable.revision;
  }

  async get(key: string): Promise<EngineEntry | undefined> {
    return this.#current.get(key)?.entry;
  }

  async list(prefix: string, options?: RangeOptions): Promise<{ revision: number; entries: EngineEntry[] }> {
    const ordered = new OrderedMap<EngineEntry>();
    for (const [key, { entry }] of this.#current) if (key.startsWith(prefix)) ordered.add(key, entry);
    return { revision: this.#durable.revision, entries: ordered.range(prefix, options) };
  }

  async commit(transaction: Transaction): Promise<TransactionResult> {
    this.#assertOpen();
    for (const { key, modRevision } of transaction.compare) {
      if ((this.#latest(key)?.modRevision ?? 0) === modRevision) continue;
      await this.#groupOf(key)?.settled.catch(() => {});
      return { ok: false, key };
    }
    const revision = this.#stage(transaction);
    await this.#last()?.settled;
    return { ok: true, revision };
  }

  watch(prefix: string, options: WatchOptions): Subscription {
    return this.#watchers.add(prefix, options, this.#history);
  }

  async compact(revision: number): Promise<void> {
    this.#assertOpen();
    const group = this.#openGroup();
    group.compactTo = Math.max(group.compactTo ?? 0, revision);
    await group.settled;
  }

  async grantLease(ttlSeconds: number): Promise<LeaseId> {
    this.#assertOpen();
    invariant(ttlSeconds > 0, `A lease of ${ttlSeconds} s`);
    const lease = this.#next.lease + 1;
    this.#next = { ...this.#next, lease };
    const group = this.#openGroup();
    group.grantedLeases.push({ id: lease, ttlSeconds });
    await group.settled;
    return lease;
  }

  async renewLease(lease: LeaseId): Promise<boolean> {
    this.#assertOpen();
    return this.#leases.renew(lease);
  }

  async revokeLease(lease: LeaseId): Promise<void> {
    this.#assertOpen();
    if (this.#leases.isAlive(lease)) await this.#end(lease);
  }

  /** Finishes what is staged, then lets go of the journal. Closing twice is harmless. */
  async close(): Promise<void> {
    // What fails is told to those who have committed it.
    const pending = () => this.#last()?.settled ?? this.#maintenance;
    for (let last = pending(); last !== undefined; last = pending()) await last.catch(() => {});
    if (this.#refusal === closedError) return;
    this.#refusal = closedError;
    this.#leases.stop();
    this.#watchers.clear();
    await this.#journal.close();
  }

  #assertOpen(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  #latest(key: string): EngineEntry | undefined {
    const staged = this.#staged.get(key);
    return staged === undefined ? this.#current.get(key)?.entry : staged.entry;
  }

  /** The group that holds what was staged last: what came before is settled when it is. */
  #last(): Group | undefined {
    return this.#group ?? this.#syncing;
  }

  /** The group that holds the latest write of the key, while that is staged. */
  #groupOf(key: string): Group | undefined {
    const staged = this.#staged.get(key);
    if (staged === undefined) return undefined;
    return staged.row > this.#written.row ? this.#group : this.#syncing;
  }

  #openGroup(): Group {
    if (this.#group === undefined) {
      this.#group = new Group();
      if (this.#syncing === undefined && this.#maintenance === undefined) this.#defer(() => this.#flush());
    }
    return this.#group;
  }

  /** Numbers the writes and adds them to the group. Returns the commit's revision, or the last if it writes nothing. */
  #stage(transaction: Transaction): number {
    const revision = this.#next.revision + 1;
    let row = this.#next.row;
    const writes = new Map<string, StagedWrite>();
    for (const put of transaction.put) {
      const bytes = this.#checkPut(put, writes);
      writes.set(put.key, { key: put.key, entry: this.#entryOf(put, revision), row: ++row, bytes });
    }
    for (const key of transaction.remove) {
      invariant(!writes.has(key), `Written twice in one commit: ${key}`);
      if (this.#latest(key) !== undefined) writes.set(key, { key, entry: undefined, row: ++row, bytes: 0 });
    }
    if (writes.size === 0) return this.#next.revision;
    for (const write of writes.values()) this.#staged.set(write.key, write);
    this.#openGroup().commits.push({ revision, writes: [...writes.values()] });
    this.#next = { ...this.#next, revision, row };
    return revision;
  }

  #checkPut(put: Put, writes: ReadonlyMap<string, StagedWrite>): number {
    invariant(put.key !== "" && put.key.isWellFormed(), "A key is well-formed text and not empty");
    invariant(!writes.has(put.key), `Written twice in one commit: ${put.key}`);
    if (put.lease !== undefined && !this.#leases.isAlive(put.lease)) {
      throw new DriverError("NotFound", `Lease ${put.lease} has ended.`);
    }
    return freezeJson(put.value, put.key);
  }

  #entryOf(put: Put, revision: number): EngineEntry {
    const previous = this.#latest(put.key);
    return Object.freeze({
      key: put.key,
      value: put.value,
      createRevision: previous?.createRevision ?? revision,
      modRevision: revision,
      version: (previous?.version ?? 0) + 1,
      lease: put.lease,
    });
  }

  /** Writes the group and has it synced. One at a time: the next one starts when this one is settled. */
  #flush(): void {
    const group = this.#group;
    invariant(group !== undefined, "A flush without a group");
    const compactTo = this.#compactionOf(group);
    let synced: Promise<void> | undefined;
    try {
      this.#journal.write({
        rows: group.commits.flatMap(toRows),
        grantedLeases: group.grantedLeases,
        endedLeases: group.endedLeases,
        compaction:
          compactTo === undefined ? undefined : { revision: compactTo, rows: this.#history.obsoleteRows(compactTo) },
      });
      synced = this.#journal.sync();
    } catch (error) {
      this.#takeBack(error);
      return;
    }
    [this.#group, this.#syncing] = [undefined, group];
    this.#written = this.#next;
    if (synced === undefined) this.#settle(group, compactTo);
    else
      synced.then(
        () => this.#settle(group, compactTo),
        (error) => this.#takeBack(error),
      );
  }

  /** The group is durable: it becomes visible, first to reads, then to watches, then to those who committed. */
  #settle(group: Group, compactTo: number | undefined): void {
    this.#durable = this.#written;
    for (const { id, ttlSeconds } of group.grantedLeases) this.#leases.open(id, ttlSeconds);
    for (const commit of group.commits) {
      for (const write of commit.writes) if (this.#staged.get(write.key) === write) this.#staged.delete(write.key);
      this.#apply(commit);
    }
    for (const lease of group.endedLeases) this.#leases.close(lease);
    this.#watchers.tellAll(this.#history);
    if (compactTo !== undefined) this.#history.forget(compactTo);
    group.resolve();
    this.#syncing = undefined;
    this.#maintenance = this.#journal.maintain()?.then(
      () => this.#goOn(),
      (error) => this.#takeBack(error),
    );
    if (this.#maintenance === undefined) this.#goOn();
  }

  #goOn(): void {
    this.#maintenance = undefined;
    if (this.#group !== undefined) this.#defer(() => this.#flush());
  }

  /** Only what was durable before this group is compacted. */
  #compactionOf(group: Group): number | undefined {
    const wanted = Math.max(group.compactTo ?? 0, this.#history.overflow() ?? 0);
    const possible = Math.min(wanted, this.#durable.revision);
    return possible > this.#history.compacted ? possible : undefined;
  }

  /** Nothing of what is staged counts. */
  #takeBack(error: unknown): void {
    const groups = [this.#syncing, this.#group];
    const wasWritten = this.#syncing !== undefined;
    [this.#syncing, this.#group, this.#maintenance] = [undefined, undefined, undefined];
    this.#staged.clear();
    this.#written = this.#durable;
    this.#next = this.#durable;
    // A sync that failed leaves open what of the group is on the disk: nothing may be written behind it.
    const full = !wasWritten && error instanceof DriverError && error.reason === "NoSpace";
    if (!full) {
      this.#refusal ??= new DriverError("Failed", "The store could not write and takes no more commits.", {
        cause: error,
      });
    }
    for (const group of groups) group?.reject(error);
  }

  #apply(commit: StagedCommit): void {
    const changes: Change<unknown>[] = [];
    const obsolete: number[] = [];
    let bytes = 0;
    for (const { key, entry, row, bytes: size } of commit.writes) {
      const previous = this.#current.get(key);
      if (entry === undefined) this.#current.delete(key);
      else this.#current.set(key, { entry, row, bytes: size });
      bytes += size + (previous?.bytes ?? 0);
      if (previous !== undefined) {
        obsolete.push(previous.row);
        if (previous.entry.lease !== undefined) this.#leases.detach(previous.entry.lease, key);
      }
      if (entry === undefined) obsolete.push(row);
      else if (entry.lease !== undefined) this.#leases.attach(entry.lease, key);
      const change = toChange(entry, previous?.entry);
      if (change !== undefined) changes.push(change);
    }
    const batch: ChangeBatch<unknown> = { revision: commit.revision, changes };
    this.#history.add(batch, obsolete, bytes);
  }

  #replay(rows: Iterable<JournalRow>, from: Counters): Counters {
    let { revision, row, lease } = from;
    let commit: { revision: number; writes: StagedWrite[] } | undefined;
    const settle = () => {
      if (commit === undefined) return;
      if (commit.revision > this.#history.compacted) this.#apply(commit);
      else for (const write of commit.writes) this.#restore(write);
    };
    for (const stored of rows) {
      if (stored.revision !== commit?.revision) {
        settle();
        commit = { revision: stored.revision, writes: [] };
      }
      commit.writes.push(toWrite(stored));
      row = stored.id;
      revision = Math.max(revision, stored.revision);
    }
    settle();
    return { revision, row, lease };
  }

  /** A record from before the history. */
  #restore(write: StagedWrite): void {
    const { key, entry, row, bytes } = write;
    if (entry === undefined) throw new InvariantError(`The log holds a removal that was compacted: ${key}`);
    this.#current.set(key, { entry, row, bytes });
    if (entry.lease !== undefined) this.#leases.attach(entry.lease, key);
  }

  #expire(lease: LeaseId): void {
    this.#end(lease).catch(() => {}); // is tried again
  }

  /** Removes the lease and all that hangs on it in one commit. */
  async #end(lease: LeaseId): Promise<void> {
    this.#assertOpen();
    this.#leases.beginEnd(lease);
    const candidates = new Set([...this.#leases.keys(lease), ...this.#staged.keys()]);
    const remove = [...candidates].filter((key) => this.#latest(key)?.lease === lease);
    this.#stage({ compare: [], put: [], remove });
    const group = this.#openGroup();
    group.endedLeases.push(lease);
    await group.settled.catch((error) => {
      if (this.#refusal === undefined) this.#leases.retryEnd(lease);
      throw error;
    });
  }
}

interface Counters {
  readonly revision: number;
  readonly row: number;
  readonly lease: LeaseId;
}

const closedError = new DriverError("Unavailable", "The store is closed.");

function toChange(entry: EngineEntry | undefined, previous: EngineEntry | undefined): Change<unknown> | undefined {
  if (entry !== undefined) return { type: "put", entry, previous };
  return previous && { type: "remove", previous };
}

function toRows(commit: StagedCommit): JournalRow[] {
  return commit.writes.map(({ key, entry, row }) => ({
    id: row,
    revision: commit.revision,
    key,
    value: entry?.value,
    createRevision: entry?.createRevision ?? 0,
    version: entry?.version ?? 0,
    lease: entry?.lease,
  }));
}

function toWrite(row: JournalRow): StagedWrite {
  const { id, key, value, revision, createRevision, version, lease } = row;
  if (value === undefined) return { key, entry: undefined, row: id, bytes: 0 };
  const bytes = freezeJson(value, key);
  const entry = Object.freeze({ key, value, createRevision, modRevision: revision, version, lease });
  return { key, entry, row: id, bytes };
}
