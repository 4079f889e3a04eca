import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DataFile, DataFiles } from "#kernel/data-files.ts";
import { diskError, unlessAbsent } from "#registry/storage/attempt.ts";
import { syncFolder } from "#registry/storage/layout.ts";

/** Files in folders under `root`. */
export function diskFiles(root: string): DataFiles {
  const made = new Set<string>();
  const makeFolder = async (folder: string): Promise<void> => {
    if (made.has(folder)) return;
    await mkdir(join(root, folder), { recursive: true, mode: 0o700 });
    await syncFolder(root);
    made.add(folder);
  };
  return {
    folders: () =>
      attempt(async () => {
        const entries = await unlessAbsent(readdir(root, { withFileTypes: true }), []);
        return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
      }),
    list: (folder) => attempt(() => unlessAbsent(readdir(join(root, folder)), [])),
    create: (folder, name) =>
      attempt(async () => {
        await makeFolder(folder);
        const handle = await open(join(root, folder, name), "w+", 0o600);
        await syncFolder(join(root, folder));
        return diskFile(handle);
      }),
    open: (folder, name, mode) =>
      attempt(async () => diskFile(await open(join(root, folder, name), mode === "read" ? "r" : "r+"))),
    rename: (folder, from, to) =>
      attempt(async () => {
        await rename(join(root, folder, from), join(root, folder, to));
        await syncFolder(join(root, folder));
      }),
    remove: (folder, name) => attempt(() => rm(join(root, folder, name), { force: true })),
    removeFolder: (folder) => {
      made.delete(folder);
      return attempt(() => rm(join(root, folder), { recursive: true, force: true }));
    },
  };
}

function diskFile(handle: FileHandle): DataFile {
  return {
    size: () => attempt(async () => (await handle.stat()).size),
    write: (buffers, position) => attempt(() => writeAll(handle, buffers, position)),
    sync: () => attempt(() => handle.datasync()),
    truncate: (length) => attempt(() => handle.truncate(length)),
    read: (position, length) =>
      attempt(async () => {
        const buffer = Buffer.allocUnsafe(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return filled === length ? buffer : buffer.subarray(0, filled);
      }),
    close: () => attempt(() => handle.close()),
  };
}

async function writeAll(handle: FileHandle, buffers: readonly Buffer[], position: number): Promise<void> {
  const bytes = buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers);
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const full = "No space left on the disk of the data folder.";
    throw diskError(cause, { full, failed: `The disk failed: ${(cause as Error).message}` });
  }
}
