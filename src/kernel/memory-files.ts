import { DriverError } from "#kernel/fault.ts";
import type { DataFile, DataFiles } from "./data-files.ts";

interface Content {
  bytes: Buffer;
  length: number;
  /** A power cut keeps this much. */
  syncedLength: number;
}

/** Files in memory that can lose power and run out of space, for tests and the simulation. */
export interface MemoryFiles extends DataFiles {
  /** What remains after a power cut: unsynced bytes are lost, but for the first `keepBytes` of each file's. */
  afterPowerCut(keepBytes?: number): MemoryFiles;
  /** Bytes that may still be written before the disk is full; unlimited by default. */
  spaceLeft: number;
  openFiles(): number;
}

export function memoryFiles(initial: ReadonlyMap<string, Map<string, Content>> = new Map()): MemoryFiles {
  const folders = new Map(initial);
  let opened = 0;
  const contentOf = (folder: string, name: string): Content => {
    const content = folders.get(folder)?.get(name);
    if (content === undefined) throw new DriverError("Failed", `There is no file ${folder}/${name}`);
    return content;
  };
  const fileOf = (content: Content): DataFile => {
    opened++;
    return memoryFile(content, files, () => opened--);
  };
  const files: MemoryFiles = {
    spaceLeft: Number.POSITIVE_INFINITY,
    folders: async () => [...folders.keys()],
    list: async (folder) => [...(folders.get(folder)?.keys() ?? [])],
    async create(folder, name) {
      const content: Content = { bytes: Buffer.alloc(1024), length: 0, syncedLength: 0 };
      folders.set(folder, (folders.get(folder) ?? new Map()).set(name, content));
      return fileOf(content);
    },
    open: async (folder, name) => fileOf(contentOf(folder, name)),
    async rename(folder, from, to) {
      const content = contentOf(folder, from);
      folders.get(folder)!.delete(from);
      folders.get(folder)!.set(to, content);
    },
    remove: async (folder, name) => void folders.get(folder)?.delete(name),
    removeFolder: async (folder) => void folders.delete(folder),
    openFiles: () => opened,
    afterPowerCut(keepBytes = 0) {
      const kept = [...folders].map(([folder, contents]) => [folder, cutFolder(contents, keepBytes)] as const);
      return memoryFiles(new Map(kept));
    },
  };
  return files;
}

function cutFolder(contents: ReadonlyMap<string, Content>, keepBytes: number): Map<string, Content> {
  const cut = [...contents].map(([name, { bytes, length, syncedLength }]) => {
    const kept = Math.min(length, syncedLength + keepBytes);
    return [name, { bytes: Buffer.from(bytes.subarray(0, kept)), length: kept, syncedLength: kept }] as const;
  });
  return new Map(cut);
}

function memoryFile(content: Content, files: MemoryFiles, onClose: () => void): DataFile {
  let open = true;
  return {
    size: async () => content.length,
    async write(buffers, position) {
      for (const buffer of buffers) {
        const fits = buffer.subarray(0, Math.max(0, Math.min(buffer.length, files.spaceLeft)));
        files.spaceLeft -= fits.length;
        grow(content, position + fits.length);
        fits.copy(content.bytes, position);
        content.length = Math.max(content.length, position + fits.length);
        position += fits.length;
        if (fits.length < buffer.length) throw new DriverError("NoSpace", "No space left.", { retryable: true });
      }
    },
    async sync() {
      content.syncedLength = content.length;
    },
    async truncate(length) {
      grow(content, length);
      content.bytes.fill(0, length);
      content.length = length;
      content.syncedLength = Math.min(content.syncedLength, length);
    },
    read: async (position, length) =>
      Buffer.from(content.bytes.subarray(position, Math.max(position, Math.min(position + length, content.length)))),
    async close() {
      if (open) onClose();
      open = false;
    },
  };
}

function grow(content: Content, length: number): void {
  if (length <= content.bytes.length) return;
  const larger = Buffer.alloc(Math.max(length, content.bytes.length * 2));
  content.bytes.copy(larger, 0, 0, content.length);
  content.bytes = larger;
}
