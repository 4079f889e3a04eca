import type { FileHandle } from "node:fs/promises";
import type { AuditRecord, AuditSink } from "#kernel/audit.ts";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import {
  linesOf,
  listTrailFiles,
  openTrailFile,
  removeTrailFile,
  type TrailFile,
  trailFile,
  wholeLines,
} from "./files.ts";
import type { TrailPosition } from "./model.ts";

export interface TrailOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<TrailLimits>;
}

export interface TrailLimits {
  /** How long records are gathered before they are written. */
  readonly gatherMs: number;
  /** What is gathered at most; while the disk does not keep up, or is full, further records are lost, and counted. */
  readonly pendingBytes: number;
  readonly fileBytes: number;
  /** All files together; the oldest go. */
  readonly totalBytes: number;
  /** CloudTrail's event history has 90 days. */
  readonly keepDays: number;
}

const defaults: TrailLimits = {
  gatherMs: 500,
  pendingBytes: 8 * 2 ** 20,
  fileBytes: 4 * 2 ** 20,
  totalBytes: 256 * 2 ** 20,
  keepDays: 90,
};
const dayMs = 86_400_000;

/** Which records are wanted, newest first. */
export interface TrailQuery {
  /** Milliseconds since the epoch, both inclusive. */
  readonly startMs: number;
  readonly endMs: number;
  /** A text that is in each wanted record as JSON, so that others need not be read. */
  readonly needle: string;
  readonly matches: (record: AuditRecord) => boolean;
  readonly limit: number;
  /** Only what is older than the record at this position. */
  readonly before?: string;
}

export interface FoundRecord {
  readonly record: AuditRecord;
  /** The record as it was written. */
  readonly text: string;
  readonly position: string;
}

/** Records in the order in which they came, and where those behind them begin. */
export interface TrailChunk {
  readonly records: readonly Pick<FoundRecord, "record" | "text">[];
  readonly next: TrailPosition;
}

/**
 * The audit trail: records of calls in files of JSON lines, which are rotated. Recording never waits; what was recorded
 * in the last half second before a crash may be missing.
 */
export class Trail implements AuditSink {
  readonly #options: TrailOptions;
  readonly #limits: TrailLimits;
  #files: TrailFile[];
  #current: { readonly file: TrailFile; readonly handle: FileHandle } | undefined;
  #pending: string[] = [];
  #pendingBytes = 0;
  #lost = 0;
  #isFailing = false;
  #timer: Timer | undefined;
  #tell: () => void = () => {};
  /** Everything that touches the files, one after another. */
  #work: Promise<unknown> = Promise.resolve();

  private constructor(options: TrailOptions, files: TrailFile[]) {
    this.#options = options;
    this.#limits = { ...defaults, ...options.limits };
    this.#files = files;
  }

  /** Opens the folder. What is written from now on goes to files of its own. */
  static async open(options: TrailOptions): Promise<Trail> {
    return new Trail(options, await listTrailFiles(options.folder));
  }

  record(record: AuditRecord): void {
    const line = `${JSON.stringify(record)}\n`;
    if (this.#pendingBytes + line.length > this.#limits.pendingBytes) {
      this.#lost++;
    } else {
      this.#pending.push(line);
      this.#pendingBytes += line.length;
    }
    this.#timer ??= this.#options.clock.after(this.#limits.gatherMs, () => void this.flush());
  }

  /** Writes what was gathered. Never rejects: what cannot be written is kept, and tried again. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    return this.#enqueue(() => this.#write());
  }

  /** The wanted records, newest first; at most one more than the limit, when there are more. */
  async find(query: TrailQuery): Promise<FoundRecord[]> {
    await this.flush();
    return this.#enqueue(() => this.#find(query));
  }

  /** Where the next record will be. */
  async end(): Promise<TrailPosition> {
    await this.flush();
    const newest = this.#files.at(-1);
    return newest === undefined ? { file: 0, offset: 0 } : { file: newest.number, offset: newest.bytes };
  }

  /** The records from this position on, of about so many bytes at most; undefined: there are no more. */
  readFrom(position: TrailPosition, bytes: number): Promise<TrailChunk | undefined> {
    return this.#enqueue(() => this.#readFrom(position, bytes));
  }

  /** Forgets everything that was recorded. */
  clear(): Promise<void> {
    this.#pending = [];
    this.#pendingBytes = 0;
    return this.#enqueue(async () => {
      await this.#leaveFile();
      for (const file of this.#files) await removeTrailFile(this.#options.folder, file);
      // The last number stays known: positions never mean another file.
      this.#files = this.#files.slice(-1).map((file) => ({ ...file, bytes: 0 }));
    });
  }

  /** Calls back each time that records were written. */
  onWritten(callback: () => void): void {
    this.#tell = callback;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#timer?.cancel();
    await this.#enqueue(() => this.#leaveFile());
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined); // told to who asked
    return done;
  }

  async #write(): Promise<void> {
    const { log, clock } = this.#options;
    if (this.#lost > 0) log.warn("Calls are missing in the audit trail: it could not keep up", { calls: this.#lost });
    this.#lost = 0;
    if (this.#pending.length === 0) return;
    const batch = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    try {
      await this.#append(batch.join(""));
      this.#isFailing = false;
      this.#tell();
    } catch (error) {
      if (!this.#isFailing) log.error("The audit trail cannot be written", { error });
      this.#isFailing = true;
      this.#pending = [...batch, ...this.#pending];
      this.#pendingBytes = this.#pending.reduce((sum, line) => sum + line.length, 0);
      await this.#undo();
      this.#timer ??= clock.after(this.#limits.gatherMs, () => void this.flush());
    }
  }

  async #append(text: string): Promise<void> {
    const { clock, folder } = this.#options;
    if (this.#current !== undefined && this.#current.file.bytes >= this.#limits.fileBytes) await this.#leaveFile();
    if (this.#current === undefined) {
      await this.#removeOld(clock.now());
      const file = trailFile(clock.now(), (this.#files.at(-1)?.number ?? 0) + 1);
      this.#current = { file, handle: await openTrailFile(folder, file) };
      this.#files.push(file);
    }
    const { file, handle } = this.#current;
    await handle.appendFile(text);
    file.bytes += Buffer.byteLength(text);
  }

  /**
   * Takes away what has been written of a batch that could not be: it comes again, whole, in the same file. One more
   * for each attempt would be a hundred thousand empty files in a day with a full disk.
   */
  async #undo(): Promise<void> {
    try {
      await this.#current?.handle.truncate(this.#current.file.bytes);
    } catch {
      // Its last line may be cut: go on in another file. That it cannot be closed is the same trouble.
      await this.#leaveFile().catch(() => undefined);
    }
  }

  async #leaveFile(): Promise<void> {
    const handle = this.#current?.handle;
    this.#current = undefined;
    await handle?.close();
  }

  /** A file is as old as the first record of the next. */
  async #removeOld(now: number): Promise<void> {
    const { totalBytes, fileBytes, keepDays } = this.#limits;
    let total = this.#files.reduce((sum, { bytes }) => sum + bytes, fileBytes);
    for (;;) {
      const [oldest, next] = this.#files;
      const isOver = oldest !== undefined && next !== undefined && next.firstMs < now - keepDays * dayMs;
      if (oldest === undefined || !(isOver || total > totalBytes)) return;
      await removeTrailFile(this.#options.folder, oldest);
      total -= oldest.bytes;
      this.#files = this.#files.slice(1);
    }
  }

  async #readFrom({ file: number, offset }: TrailPosition, bytes: number): Promise<TrailChunk | undefined> {
    for (const file of this.#files) {
      const from = file.number === number ? offset : 0;
      const left = file.bytes - from;
      if (file.number < number || left <= 0) continue;
      const lines = await wholeLines(this.#options.folder, file, from, Math.min(left, bytes));
      // Gone meanwhile, or the rest of it is a line that was cut.
      if (lines === undefined || lines.length === 0) continue;
      const texts = lines.toString("utf8").split("\n").slice(0, -1);
      const records = texts.flatMap((text) => {
        const record = recordOf(text);
        return record === undefined ? [] : [{ record, text }];
      });
      return { records, next: { file: file.number, offset: from + lines.length } };
    }
    return undefined;
  }

  async #find(query: TrailQuery): Promise<FoundRecord[]> {
    const [beforeNumber, beforeLine] = (query.before ?? "").split(":").map(Number);
    const found: FoundRecord[] = [];
    for (const file of this.#files.toReversed()) {
      if (file.firstMs > query.endMs || (query.before !== undefined && file.number > beforeNumber!)) continue;
      const lines = await linesOf(this.#options.folder, file);
      const end = file.number === beforeNumber && query.before !== undefined ? beforeLine! : lines.length;
      findInFile(lines.slice(0, end), file, query, found);
      if (found.length > query.limit || file.firstMs < query.startMs) break;
    }
    return found;
  }
}

/** Adds what is wanted of a file's lines, from the last one, until there is one more than the limit. */
function findInFile(lines: readonly string[], file: TrailFile, query: TrailQuery, found: FoundRecord[]): void {
  for (let line = lines.length - 1; line >= 0 && found.length <= query.limit; line--) {
    const text = lines[line]!;
    if (!text.includes(query.needle)) continue;
    const record = recordOf(text);
    if (record === undefined || !query.matches(record)) continue;
    const time = Date.parse(record.eventTime);
    // Times of events are in whole seconds.
    if (time + 999 < query.startMs || time > query.endMs) continue;
    found.push({ record, text, position: `${file.number}:${line}` });
  }
}

function recordOf(line: string): AuditRecord | undefined {
  try {
    return JSON.parse(line) as AuditRecord;
  } catch {
    // The platform was killed as it wrote this line: it is the file's last.
    return undefined;
  }
}
