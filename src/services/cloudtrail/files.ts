import { type FileHandle, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** A file of records, one a line as JSON, in the order in which they came. */
export interface TrailFile {
  /** `1767225600000-000001.jsonl`: when its first record came, in milliseconds since the epoch, and a number. */
  readonly name: string;
  readonly firstMs: number;
  readonly number: number;
  bytes: number;
}

/** The file of this time and number, still to be made. */
export function trailFile(firstMs: number, number: number): TrailFile {
  const name = `${String(firstMs).padStart(13, "0")}-${String(number).padStart(6, "0")}.jsonl`;
  return { name, firstMs, number, bytes: 0 };
}

/** The files of the folder, which is made if need be, oldest first. */
export async function listTrailFiles(folder: string): Promise<TrailFile[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files: TrailFile[] = [];
  for (const name of await readdir(folder)) {
    const [, first, number] = /^(\d{13,})-(\d{6,})\.jsonl$/.exec(name) ?? [];
    if (first === undefined) continue;
    const { size: bytes } = await stat(join(folder, name));
    files.push({ name, firstMs: Number(first), number: Number(number), bytes });
  }
  return files.sort((a, b) => a.number - b.number);
}

/** The lines of a file; none when it is gone. The last one may be cut, where the platform was killed as it wrote. */
export async function linesOf(folder: string, { name }: TrailFile): Promise<string[]> {
  try {
    return (await readFile(join(folder, name), "utf8")).split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export function openTrailFile(folder: string, { name }: TrailFile): Promise<FileHandle> {
  return open(join(folder, name), "a", 0o600);
}

export function removeTrailFile(folder: string, { name }: TrailFile): Promise<void> {
  return rm(join(folder, name), { force: true });
}

/** The bytes of a file from an offset, at most so many, up to the end of the last whole line in them. */
export async function wholeLines(
  folder: string,
  { name }: TrailFile,
  offset: number,
  length: number,
): Promise<Buffer | undefined> {
  const handle = await open(join(folder, name), "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf("\n") + 1);
  } finally {
    await handle.close();
  }
}
