import { type FileHandle, open, stat } from "node:fs/promises";
import { createTimeParser } from "../log-records.ts";

/** The most that is read at once. */
const chunkBytes = 256 * 1024;
/** So little is rather read through than searched. */
const searchedBytes = 4 * chunkBytes;
const newline = 0x0a;

/**
 * One of the files that the engine keeps a container's output in. The one being written has the name itself; when it
 * is full the engine renames it to `name.1`, that to `name.2` and so on, and goes on with a new one.
 */
export interface LogFile {
  readonly handle: FileHandle;
  readonly inode: number;
  /** Behind what has been read. */
  offset: number;
}

/** The file to begin with so that nothing as late as `fromNanos` is missed. Rejects when there is none to be read. */
export async function openLogFile(path: string, fromNanos: bigint | undefined): Promise<LogFile> {
  let oldest = await openAs(path);
  try {
    for (let age = 1; ; age++) {
      const firstNanos = fromNanos === undefined ? undefined : await timeOfFirst(oldest, 0);
      if (fromNanos !== undefined && firstNanos !== undefined && firstNanos < fromNanos) break;
      const older = await openAs(`${path}.${age}`).catch(unlessMissing);
      if (older === undefined) break;
      await oldest.handle.close();
      oldest = older;
    }
    if (fromNanos !== undefined) oldest.offset = await offsetBefore(oldest, fromNanos);
    return oldest;
  } catch (error) {
    await oldest.handle.close();
    throw error;
  }
}

async function openAs(path: string): Promise<LogFile> {
  const handle = await open(path);
  const { ino } = await handle.stat();
  return { handle, inode: ino, offset: 0 };
}

/** What has been written since the last read; nothing at the end of the file. */
export async function readChunk(file: LogFile): Promise<Buffer> {
  const bytes = Math.min(await unreadBytes(file), chunkBytes);
  const chunk = await readAt(file, file.offset, bytes);
  file.offset += chunk.length;
  return chunk;
}

export async function unreadBytes(file: LogFile): Promise<number> {
  const { size } = await file.handle.stat();
  // Somebody has emptied it.
  if (size < file.offset) file.offset = 0;
  return size - file.offset;
}

async function readAt(file: LogFile, offset: number, bytes: number): Promise<Buffer> {
  if (bytes <= 0) return Buffer.alloc(0);
  const buffer = Buffer.allocUnsafe(bytes);
  const { bytesRead } = await file.handle.read(buffer, 0, bytes, offset);
  return buffer.subarray(0, bytesRead);
}

/** Whether this one was full and the engine goes on with another. */
export async function hasNext(path: string, file: LogFile): Promise<boolean> {
  const inode = await inodeOf(path);
  return inode !== undefined && inode !== file.inode;
}

/**
 * The file that the engine went on with when this one was full. When this one has been removed meanwhile, for the
 * engine keeps only so many, the oldest that is left. Undefined when there is none.
 */
export async function openNext(path: string, file: LogFile): Promise<LogFile | undefined> {
  for (;;) {
    const inodes = await inodesOf(path);
    const age = inodes.indexOf(file.inode);
    if (age === 0) return undefined;
    const nextAge = age < 0 ? inodes.length - 1 : age - 1;
    if (inodes[nextAge] === undefined) return undefined;
    const next = await openAs(nextAge === 0 ? path : `${path}.${nextAge}`).catch(unlessMissing);
    if (next === undefined) continue; // renamed again in this moment
    if (next.inode === inodes[nextAge]) return next;
    await next.handle.close();
  }
}

/** By age: that of `name`, which may be missing for a moment, of `name.1`, `name.2`... */
async function inodesOf(path: string): Promise<(number | undefined)[]> {
  const inodes = [await inodeOf(path)];
  for (let age = 1; ; age++) {
    const inode = await inodeOf(`${path}.${age}`);
    if (inode === undefined) return inodes;
    inodes.push(inode);
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(unlessMissing))?.ino;
}

/** Where a line begins before which all are earlier, found by halves: times grow with the offset, but for moments. */
async function offsetBefore(file: LogFile, nanos: bigint): Promise<number> {
  let low = 0;
  let high = (await file.handle.stat()).size;
  while (high - low > searchedBytes) {
    const middle = Math.floor((low + high) / 2);
    const line = await firstLineBehind(file, middle);
    if (line === undefined || line.nanos >= nanos) high = middle;
    else low = line.offset;
  }
  return low;
}

async function firstLineBehind(file: LogFile, offset: number) {
  const chunk = await readAt(file, offset, chunkBytes);
  const at = chunk.indexOf(newline) + 1;
  const nanos = at === 0 ? undefined : timeOf(chunk.subarray(at));
  return nanos === undefined ? undefined : { offset: offset + at, nanos };
}

async function timeOfFirst(file: LogFile, offset: number): Promise<bigint | undefined> {
  return timeOf(await readAt(file, offset, chunkBytes));
}

/** The time of the first line in the chunk. */
function timeOf(chunk: Buffer): bigint | undefined {
  const line = chunk.toString("latin1", 0, Math.max(0, chunk.indexOf(newline)));
  const time = /"time":"([^"]+)"\}$/.exec(line)?.[1];
  return time === undefined ? undefined : BigInt(createTimeParser()(time));
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
