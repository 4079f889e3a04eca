import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { tarEnd, tarHeader, tarPadding } from "#host/runtime/tar.ts";
import { DriverError } from "#kernel/fault.ts";

const chunkBytes = 256 * 1024;

/**
 * A folder as a tar archive, in the order of the names, with owners, modes and times. Files that grow meanwhile are
 * there as long as they were when it came to them; one that shrinks fails the archive.
 */
export async function* archiveOf(folder: string): AsyncGenerator<Uint8Array> {
  yield* entriesOf(folder, "");
  yield tarEnd;
}

async function* entriesOf(folder: string, prefix: string): AsyncGenerator<Uint8Array> {
  for (const entry of (await readdir(folder, { withFileTypes: true })).toSorted(byName)) {
    const [from, path] = [join(folder, entry.name), `${prefix}${entry.name}`];
    if (entry.isDirectory()) {
      const { mode, uid, gid, mtimeMs } = await stat(from);
      yield tarHeader({ path, type: "folder", mode: mode & 0o777, uid, gid, mtimeSeconds: seconds(mtimeMs) });
      yield* entriesOf(from, `${path}/`);
    } else {
      yield* fileOf(from, path);
    }
  }
}

async function* fileOf(from: string, path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(from, "r");
  try {
    const { mode, uid, gid, mtimeMs, size } = await handle.stat();
    yield tarHeader({ path, type: "file", mode: mode & 0o777, uid, gid, mtimeSeconds: seconds(mtimeMs), size });
    yield* bytesOf(handle, path, size);
    yield tarPadding(size);
  } finally {
    await handle.close();
  }
}

async function* bytesOf(handle: FileHandle, path: string, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; ) {
    // A new one each time: what was sent before may not have left yet.
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size - at));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) throw new DriverError("Failed", `${path} became shorter while it was read.`);
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function seconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1000));
}
