import type { DataFile, DataFiles } from "#kernel/data-files.ts";
import type { Chunk } from "./head.ts";

/**
 * A file with the encoded points of many series for a stretch of time. It is written once: the chunks, one after
 * another by the ids of their series; then an entry of 8 bytes for each (id, offset); then how many there are.
 */
export interface Block {
  readonly file: string;
  readonly tierSeconds: number;
  /** When the first and the last of its points begin. */
  readonly from: number;
  readonly to: number;
}

const entryBytes = 8;
const trailerBytes = 4;

/** Writes a block; durable when it resolves. The chunks must be sorted by id. */
export async function writeBlock(
  files: DataFiles,
  folder: string,
  {
    file,
    tierSeconds,
    chunks,
  }: Pick<Block, "file" | "tierSeconds"> & { chunks: readonly (readonly [number, Chunk])[] },
): Promise<Block> {
  const index = Buffer.alloc(chunks.length * entryBytes + trailerBytes);
  let offset = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const [i, [id, chunk]] of chunks.entries()) {
    index.writeUInt32LE(id, i * entryBytes);
    index.writeUInt32LE(offset, i * entryBytes + 4);
    offset += chunk.bytes.length;
    from = Math.min(from, chunk.from);
    to = Math.max(to, chunk.to);
  }
  index.writeUInt32LE(chunks.length, chunks.length * entryBytes);
  const opened = await files.create(folder, file);
  try {
    await opened.write([...chunks.map(([, { bytes }]) => Buffer.from(bytes)), index], 0);
    await opened.sync();
  } finally {
    await opened.close();
  }
  return { file, tierSeconds, from, to };
}

/** The chunks of those of the series that the block has. */
export async function readBlock(
  files: DataFiles,
  folder: string,
  file: string,
  seriesIds: readonly number[],
): Promise<Map<number, Buffer>> {
  const opened = await files.open(folder, file, "read");
  try {
    return await readChunks(opened, seriesIds);
  } finally {
    await opened.close();
  }
}

async function readChunks(file: DataFile, seriesIds: readonly number[]): Promise<Map<number, Buffer>> {
  const size = await file.size();
  const count = (await file.read(size - trailerBytes, trailerBytes)).readUInt32LE(0);
  const indexAt = size - trailerBytes - count * entryBytes;
  const index = await file.read(indexAt, count * entryBytes);
  const found = new Map<number, Buffer>();
  for (const id of seriesIds) {
    const i = positionOf(index, count, id);
    if (i === undefined) continue;
    const start = index.readUInt32LE(i * entryBytes + 4);
    const end = i + 1 < count ? index.readUInt32LE((i + 1) * entryBytes + 4) : indexAt;
    found.set(id, await file.read(start, end - start));
  }
  return found;
}

function positionOf(index: Buffer, count: number, id: number): number | undefined {
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = index.readUInt32LE(middle * entryBytes);
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
