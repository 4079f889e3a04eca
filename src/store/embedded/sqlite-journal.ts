import { closeSync, fdatasync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { backup, DatabaseSync, type StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { DriverError } from "#kernel/fault.ts";
import type { Journal, JournalContent, JournalGroup, JournalRow } from "./journal.ts";
import { checkSchema, migrate } from "./sqlite-schema.ts";

/**
 * The revision log in one SQLite file. It is locked for as long as it is open, by SQLite's own file locks, which a
 * killed process cannot leave behind. (They are POSIX locks: nothing else in this process may open and close the file.)
 *
 * SQLite syncs what keeps the file whole when the log begins anew (`synchronous=NORMAL`). The rest is seen to here, so
 * that the event loop goes on while the disk works: a transaction is durable once the write-ahead log, to which it was
 * appended, has been synced; and now and then, behind such a sync, the log's pages are copied into the file, which is
 * synced before anything more is written.
 */
export class SqliteJournal implements Journal {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #holderFile: string;
  readonly #statements: Statements;
  /** The write-ahead log, opened once more: SQLite has made it by then, and keeps the same file until it closes. */
  readonly #log: number;
  /** The file itself, opened once more; closed behind SQLite, whose locks would go with it. */
  readonly #file: number;
  readonly #copies = new Set<Promise<void>>();
  /** About how much has been appended to the log since its pages were last copied into the file. */
  #logBytes = 0;

  /**
   * Opens the file, which must exist; an empty one is new. Throws a `DriverError`: `Conflict` when another process has
   * it, `Unsupported` when a newer version wrote it or it is not Estiva's.
   */
  constructor(file: string) {
    this.#path = file;
    this.#holderFile = `${file}.holder`;
    this.#db = openLocked(file, this.#holderFile);
    try {
      nameHolder(this.#holderFile);
      this.#statements = prepare(this.#db);
      this.#log = openSync(`${file}-wal`, "r+");
      this.#file = openSync(file, "r+");
    } catch (error) {
      this.#db.close();
      throw toDriverError(error, file);
    }
  }

  load(): JournalContent {
    try {
      const meta = this.#statements.readMeta.get() as { compactedRevision: number; lastLease: number };
      const leases = this.#statements.readLeases.all() as { id: number; ttlSeconds: number }[];
      return { ...meta, leases, rows: this.#rows() };
    } catch (error) {
      throw toDriverError(error, this.#path);
    }
  }

  write(group: JournalGroup): void {
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      this.#writeRows(group.rows);
      for (const { id, ttlSeconds } of group.grantedLeases) {
        this.#statements.insertLease.run(id, ttlSeconds);
        this.#statements.setLastLease.run(id);
      }
      for (const lease of group.endedLeases) this.#statements.deleteLease.run(lease);
      if (group.compaction !== undefined) this.#compact(group.compaction);
      this.#db.exec("COMMIT");
      this.#logBytes += pageBytes;
    } catch (error) {
      // A full disk has already rolled the transaction back in some cases.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw toDriverError(error, this.#path);
    }
  }

  sync(): Promise<void> {
    return synced(this.#log);
  }

  maintain(): Promise<void> | undefined {
    return this.#logBytes < mostLogBytes ? undefined : this.#checkpoint();
  }

  async #checkpoint(): Promise<void> {
    // Who waited for the group is answered first.
    await setImmediate();
    if (!this.#copyLog()) return;
    await synced(this.#file);
    this.#logBytes = 0;
  }

  /** Without a sync: the log, which is on the disk, still has it all until the next transaction begins it anew. */
  #copyLog(): boolean {
    try {
      this.#db.exec("PRAGMA synchronous = OFF; PRAGMA wal_checkpoint(PASSIVE)");
      return true;
    } catch (error) {
      const failure = toDriverError(error, this.#path);
      // The log goes on as it is: nothing is lost, and the next group has it tried again.
      if (failure instanceof DriverError && failure.reason === "NoSpace") return false;
      throw failure;
    } finally {
      this.#db.exec("PRAGMA synchronous = NORMAL");
    }
  }

  /**
   * Writes all that is durable, and perhaps what is on its way, into a new file that another journal can be opened on.
   * Reading and writing go on meanwhile. Rejects with a `DriverError`; what was written of the file is the caller's to
   * remove.
   */
  async copyTo(file: string): Promise<void> {
    const copy = this.#copyTo(file).finally(() => this.#copies.delete(copy));
    this.#copies.add(copy);
    await copy;
  }

  async #copyTo(file: string): Promise<void> {
    // Made here, so that it is its owner's alone.
    closeSync(openSync(file, "wx", 0o600));
    for (let attempt = 1; ; attempt++) {
      try {
        await backup(this.#db, file, { rate: copiedPages });
        return;
      } catch (error) {
        // A transaction was written just as the copy was to begin, which Node.js tells as no error of SQLite.
        const wasBusy = errorCode(error) === sqliteBusy || errorCode(error) === sqliteOk;
        if (!wasBusy || attempt === mostCopyAttempts) throw toDriverError(error, this.#path);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#copies);
    rmSync(this.#holderFile, { force: true });
    closeSync(this.#log);
    this.#db.close();
    closeSync(this.#file);
  }

  *#rows(): Iterable<JournalRow> {
    try {
      for (const row of this.#statements.readRows.iterate()) yield toRow(row as unknown as RowColumns);
    } catch (error) {
      throw toDriverError(error, this.#path);
    }
  }

  #writeRows(rows: readonly JournalRow[]): void {
    const { insertRow } = this.#statements;
    for (const { id, revision, key, value, createRevision, version, lease } of rows) {
      const json = value === undefined ? null : JSON.stringify(value);
      insertRow.run(id, revision, key, json, createRevision, version, lease ?? null);
      this.#logBytes += key.length + (json?.length ?? 0);
    }
  }

  /** Drops rows and gives pages back to the file system once half of the file is unused. */
  #compact(compaction: { readonly revision: number; readonly rows: readonly number[] }): void {
    const { setCompacted, deleteRow, pageCounts } = this.#statements;
    setCompacted.run(compaction.revision);
    for (const id of compaction.rows) deleteRow.run(id);
    this.#logBytes += compaction.rows.length * deletedRowBytes;
    const { unused, all } = pageCounts.get() as { unused: number; all: number };
    if (unused > spareFreePages && unused > all / 2) {
      this.#db.exec(`PRAGMA incremental_vacuum(${Math.min(unused - spareFreePages, 2048)})`);
    }
  }
}

type RowColumns = [number, number, string, string | null, number, number, number | null];
type Statements = ReturnType<typeof prepare>;

function toRow([id, revision, key, json, createRevision, version, lease]: RowColumns): JournalRow {
  const value = json === null ? undefined : JSON.parse(json);
  return { id, revision, key, value, createRevision, version, lease: lease ?? undefined };
}

const pageBytes = 8192;
/** Pages that stay in the file for the next writes: 4 MiB. */
const spareFreePages = 512;
/** How large the log becomes, about, before its pages are copied into the file. */
const mostLogBytes = 8 * 2 ** 20;
/** Pages that are copied at a time: while they are, writes wait. */
const copiedPages = 16;
const mostCopyAttempts = 100;
/** What a row that goes has of the page that is written for it. */
const deletedRowBytes = 512;

function openLocked(file: string, holderFile: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    // A new file's layout must be named before anything is written.
    if (statSync(file).size === 0) db.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA auto_vacuum = INCREMENTAL`);
    // Exclusive before the first access in WAL mode: no shared memory file, and the lock stays until the file closes.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
    checkSchema(db, file);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216");
    db.exec("PRAGMA wal_autocheckpoint = 0");
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    if (errorCode(error) === sqliteBusy) throw inUse(file, holderFile, error);
    throw toDriverError(error, file);
  }
}

/** For the message that a second process gets. The lock does not depend on it, so a full disk is no reason to stop. */
function nameHolder(holderFile: string): void {
  try {
    writeFileSync(holderFile, `process ${process.pid}`, { mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

function inUse(file: string, holderFile: string, cause: unknown): DriverError {
  let holder = "another process";
  try {
    holder = readFileSync(holderFile, "utf8");
  } catch {
    // The holder is starting or has just stopped; the lock itself is what counts.
  }
  return new DriverError("Conflict", `${file} is in use by ${holder}. Stop it, or use another data folder.`, { cause });
}

function prepare(db: DatabaseSync) {
  const readRows = db.prepare("SELECT id, revision, key, value, createRevision, version, lease FROM log ORDER BY id");
  readRows.setReturnArrays(true);
  return {
    readRows,
    readMeta: db.prepare("SELECT compactedRevision, lastLease FROM meta"),
    readLeases: db.prepare("SELECT id, ttlSeconds FROM lease ORDER BY id"),
    insertRow: db.prepare("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?)"),
    deleteRow: db.prepare("DELETE FROM log WHERE id = ?"),
    insertLease: db.prepare("INSERT INTO lease VALUES (?, ?)"),
    deleteLease: db.prepare("DELETE FROM lease WHERE id = ?"),
    setLastLease: db.prepare("UPDATE meta SET lastLease = ?"),
    setCompacted: db.prepare("UPDATE meta SET compactedRevision = ?"),
    pageCounts: db.prepare(
      'SELECT freelist_count AS unused, page_count AS "all" FROM pragma_freelist_count, pragma_page_count',
    ),
  } satisfies Record<string, StatementSync>;
}

const sqliteOk = 0;
const sqliteBusy = 5;
const sqliteReadOnly = 8;
const sqliteCorrupt = 11;
const sqliteFull = 13;
const sqliteNotADatabase = 26;

/** SQLite's primary result code of an error, or undefined. */
function errorCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}

function toDriverError(cause: unknown, file: string): unknown {
  if (cause instanceof DriverError) return cause;
  const code = errorCode(cause);
  const { message } = cause as Error;
  // A row is written as a whole: one that is not what was written has been damaged on the disk.
  if (code === sqliteCorrupt || cause instanceof SyntaxError) {
    const mend = "Put the data folder back from a backup.";
    return new DriverError("Failed", `${file} is damaged: ${message}. ${mend}`, { cause });
  }
  if (code === undefined) return cause;
  if (code === sqliteFull) {
    return new DriverError("NoSpace", "The disk of the data folder is full.", { retryable: true, cause });
  }
  if (code === sqliteNotADatabase) {
    const mend = "Put the data folder back from a backup, or use another one.";
    return new DriverError("Unsupported", `${file} is not a store of Estiva: it is no database. ${mend}`, { cause });
  }
  if (code === sqliteReadOnly) {
    const mend = "Both must be writable.";
    return new DriverError("Failed", `${file} or its folder is read-only: ${message}. ${mend}`, { cause });
  }
  return new DriverError("Failed", `${file} could not be read or written: ${message}`, { cause });
}

function synced(file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(file, (error) => (error === null ? resolve() : reject(syncFailed(error))));
  });
}

function syncFailed(cause: Error): DriverError {
  return new DriverError("Failed", `The store's file could not be synced: ${cause.message}`, { cause });
}
