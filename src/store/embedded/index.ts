import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "#kernel/clock.ts";
import type { StoreEngine } from "#kernel/engine.ts";
import { EmbeddedEngine } from "./engine.ts";
import type { HistoryLimits } from "./history.ts";
import type { Journal } from "./journal.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { SqliteJournal } from "./sqlite-journal.ts";

/** What watches can look back on: bounds memory, and with it the file. */
const defaultHistory: HistoryLimits = { revisions: 10_000, bytes: 8 * 2 ** 20 };

export interface EmbeddedOptions {
  readonly clock: Clock;
  /** The folder of the store's file; made, readable by this user only, when missing. */
  readonly dataDir: string;
  readonly history?: HistoryLimits;
}

/** An engine that can be copied while it is used. */
export interface CopiedEngine extends StoreEngine {
  /** Writes a store of what was committed until now, perhaps of more, to a new file. Rejects with a `DriverError`. */
  copyTo(file: string): Promise<void>;
}

/**
 * Opens the store of a data folder. Rejects with a `DriverError`: `Conflict` (another process has it, named in the
 * message), `Unsupported` (a newer version's, or not Estiva's), `NoSpace` or `Failed`.
 */
export async function openEmbeddedEngine(options: EmbeddedOptions): Promise<CopiedEngine> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const file = join(options.dataDir, "store.db");
  closeSync(openSync(file, "a", 0o600));
  const journal = new SqliteJournal(file);
  syncFolder(options.dataDir);
  const engine = new EmbeddedEngine({
    clock: options.clock,
    journal,
    defer: (flush) => setImmediate(flush),
    history: options.history ?? defaultHistory,
  });
  return Object.assign(engine, { copyTo: (file: string) => journal.copyTo(file) });
}

/** So that a file just made is still there after a power cut. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}

export interface MemoryOptions {
  readonly clock: Clock;
  /** Where the log is kept; an engine opened on the same journal again continues it. A new one by default. */
  readonly journal?: Journal;
  readonly history?: HistoryLimits;
}

/** The same engine without a file, for tests and the simulation. It commits in a microtask: virtual time suffices. */
export function memoryEngine(options: MemoryOptions): StoreEngine {
  return new EmbeddedEngine({
    clock: options.clock,
    journal: options.journal ?? new MemoryJournal(),
    defer: queueMicrotask,
    history: options.history ?? defaultHistory,
  });
}
