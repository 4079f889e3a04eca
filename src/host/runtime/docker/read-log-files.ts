import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { type Clock, sleep } from "#kernel/clock.ts";
import type { LogRecord } from "../driver.ts";
import { createJsonLogParser } from "./json-log.ts";
import { hasNext, type LogFile, openNext, readChunk, unreadBytes } from "./log-files.ts";

/**
 * While a container writes, its output is read at most this often: each look costs as much as a hundred lines. Being
 * told of every write of a busy container would cost more than to read it.
 */
const readEveryMs = 25;
/** The same for one that is silent, where the kernel cannot tell of changes. */
const unwatchedMs = 1000;
const newline = 0x0a;

export interface ReadLogFilesOptions {
  /** Of the file that is being written. */
  readonly path: string;
  /** To begin with; it is closed at the end. */
  readonly file: LogFile;
  readonly tty: boolean;
  /** Resolves when nothing more will be written; undefined: only what there is by now is wanted. */
  readonly ended: Promise<void> | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Takes one line for people. */
  readonly log: (message: string) => void;
}

/** Records as they are kept, from the files themselves: several times as fast as the engine's API gives them. */
export async function* readLogFiles(options: ReadLogFilesOptions): AsyncGenerator<LogRecord[]> {
  const { path, signal } = options;
  const split = createSplitter(options);
  const end = watchEnd(options);
  let { file } = options;
  try {
    for (;;) {
      // What was written before the end is read below.
      const isLast = end.isOver();
      let isNews = false;
      for await (const records of toEnd(file, split)) {
        isNews = true;
        yield records;
        if (signal.aborted) return;
      }
      const next = (await hasNext(path, file)) ? await openNext(path, file) : undefined;
      if (next !== undefined) {
        // Full for certain: what came last may have come after the read.
        yield* toEnd(file, split);
        await file.handle.close();
        file = next;
      } else if (isLast) return;
      else if (isNews) await end.orAfter(readEveryMs);
      else await untilChanged(path, file, end);
      if (signal.aborted) return;
    }
  } finally {
    end.close();
    await file.handle.close();
  }
}

async function* toEnd(file: LogFile, split: (chunk: Buffer) => LogRecord[]): AsyncGenerator<LogRecord[]> {
  for (let chunk = await readChunk(file); chunk.length > 0; chunk = await readChunk(file)) {
    const records = split(chunk);
    if (records.length > 0) yield records;
  }
}

/** Makes records of the lines in a stream of chunks; the end of a chunk that is no whole line waits for the next. */
function createSplitter({ path, tty, log }: ReadLogFilesOptions): (chunk: Buffer) => LogRecord[] {
  const parse = createJsonLogParser(tty);
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const data: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const records: LogRecord[] = [];
    let at = 0;
    for (let end = data.indexOf(newline); end >= 0; end = data.indexOf(newline, at)) {
      const record = parse(data.subarray(at, end));
      // Nothing but an engine that was cut off while it wrote leaves one; there is nothing to be had of it.
      if (record === undefined) log(`A line of ${path} is damaged and was left out`);
      else records.push(record);
      at = end + 1;
    }
    rest = data.subarray(at);
    return records;
  };
}

/** The end of the container, or of the reading. */
interface End {
  /** Throws when it cannot be known any more. */
  isOver(): boolean;
  /** Resolves at the end, or `delayMs` from now. */
  orAfter(delayMs: number): Promise<void>;
  /** Resolves at the end, or with the promise. */
  orWith(promise: Promise<void>): Promise<void>;
  close(): void;
}

function watchEnd({ ended, clock, signal }: ReadLogFilesOptions): End {
  const told = new AbortController();
  let wake: (() => void) | undefined;
  let failure: unknown;
  const tell = () => {
    told.abort();
    wake?.();
  };
  if (ended === undefined || signal.aborted) tell();
  ended?.then(tell, (error: unknown) => {
    failure = error;
    tell();
  });
  signal.addEventListener("abort", tell, { once: true });
  return {
    isOver() {
      if (failure !== undefined && !signal.aborted) throw failure;
      return told.signal.aborted;
    },
    // Waking early is what the signal is for.
    orAfter: (delayMs) => sleep(clock, delayMs, told.signal).catch(() => undefined),
    orWith: (promise) =>
      new Promise((resolve) => {
        wake = resolve;
        if (told.signal.aborted) resolve();
        void promise.then(resolve);
      }),
    close: () => signal.removeEventListener("abort", tell),
  };
}

/** Resolves when there is something to read, another file, or the end. */
async function untilChanged(path: string, file: LogFile, end: End): Promise<void> {
  const changed = Promise.withResolvers<void>();
  const watcher = watchFolder(path, changed.resolve);
  if (watcher === undefined) return await end.orAfter(unwatchedMs);
  try {
    // It may have happened before there was a watch.
    if ((await unreadBytes(file)) > 0 || (await hasNext(path, file))) return;
    await end.orWith(changed.promise);
  } finally {
    watcher.close();
  }
}

/** The folder's watch outlives a change of the file's name, and tells of the next file. */
function watchFolder(path: string, onChange: () => void): FSWatcher | undefined {
  const name = basename(path);
  try {
    const watcher = watch(dirname(path), (_kind, changed) => {
      if (changed === null || changed.startsWith(name)) onChange();
    });
    return watcher.once("error", onChange);
  } catch (error) {
    // The user's watches are all in use, or the container has just been removed.
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOSPC", "EMFILE", "ENOENT"].includes(code)) return undefined;
    throw error;
  }
}
