import { promisify } from "node:util";
import { crc32, zstdDecompress } from "node:zlib";
import type { DataFile, DataFiles } from "#kernel/data-files.ts";
import { DriverError } from "#kernel/fault.ts";
import type { Block, BlockBuilder } from "./blocks.ts";
import type { StreamEntries } from "./statistics.ts";

const decompress = promisify(zstdDecompress);

/**
 * One file of a group's log. The newest is written to (`.log`: records one after another); when it is full it is
 * sealed: rewritten as compressed blocks with an index behind them (`.sealed`).
 */
export interface Segment {
  readonly number: number;
  readonly folder: string;
  readonly fileName: string;
  readonly sealed: boolean;
  fileBytes: number;
  /** The sequence number behind the last event. */
  nextSequence: number;
  minTimestamp: number;
  maxTimestamp: number;
  /** When its first record came in. */
  createdAt: number;
  /** The index of a segment that is not sealed; that of a sealed one is in its file. */
  readonly builder: BlockBuilder | undefined;
  /** Readers that hold it: its file stays until they are done. */
  readers: number;
  /** Its file is to be removed when the last reader is done. */
  retired: boolean;
}

/** What is behind the blocks of a sealed segment, compressed. */
export interface SealedIndex {
  readonly nextSequence: number;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  readonly createdAt: number;
  readonly streams: StreamEntries;
  /**
   * Offset, length, raw length, least and greatest timestamp, and the streams by their place in `streams`; then the
   * number of events and the bytes of their messages, which early versions did not write.
   */
  readonly blocks: readonly (readonly [number, number, number, number, number, readonly number[], number?, number?])[];
}

export const fileHeader = Buffer.from("estiva-log 1\n   ");
/** Behind the index: its length and its CRC-32. */
const trailerBytes = 8;

export function segmentFileName(number: number, sealed: boolean): string {
  return `${String(number).padStart(10, "0")}${sealed ? ".sealed" : ".log"}`;
}

export async function readSealedIndex(file: DataFile): Promise<SealedIndex> {
  const size = await file.size();
  const trailer = await file.read(size - trailerBytes, trailerBytes);
  const length = trailer.readUInt32LE(0);
  const compressed = await file.read(size - trailerBytes - length, length);
  if (crc32(compressed) !== trailer.readUInt32LE(4)) throw new DriverError("Failed", "damaged index of a log segment");
  return JSON.parse((await decompress(compressed)).toString()) as SealedIndex;
}

function blocksOfIndex(index: SealedIndex): Block[] {
  return index.blocks.map(
    ([offset, length, rawLength, minTimestamp, maxTimestamp, streams, eventCount, messageBytes]) => ({
      offset,
      length,
      rawLength,
      minTimestamp,
      maxTimestamp,
      streams: new Set(streams.map((at) => index.streams[at]![0])),
      ...(eventCount !== undefined && messageBytes !== undefined && { content: { eventCount, messageBytes } }),
    }),
  );
}

/** The records of a block, read from the segment's open file. */
export async function readBlock(segment: Segment, file: DataFile, block: Block): Promise<Buffer> {
  const bytes = await readWhole(segment.fileName, file, block);
  return segment.sealed ? decompress(bytes) : bytes;
}

/** So many bytes of a segment's open file. Throws a `DriverError` when there are fewer. */
export async function readWhole(
  fileName: string,
  file: DataFile,
  { offset, length }: Pick<Block, "offset" | "length">,
): Promise<Buffer> {
  const bytes = await file.read(offset, length);
  if (bytes.length < length) throw new DriverError("Failed", `log segment ${fileName} is cut short`);
  return bytes;
}

const mostKeptBlocks = 32_768;

/** Keeps the indexes of the sealed segments read last: reading goes on where it was, and memory stays bounded. */
export class IndexCache {
  readonly #indexes = new Map<Segment, readonly Block[]>();
  readonly #files: DataFiles;
  #blocks = 0;

  constructor(files: DataFiles) {
    this.#files = files;
  }

  async blocksOf(segment: Segment): Promise<readonly Block[]> {
    if (segment.builder !== undefined) return segment.builder.blocks;
    const blocks = this.#indexes.get(segment) ?? (await this.#load(segment));
    this.forget(segment);
    this.#indexes.set(segment, blocks);
    this.#blocks += blocks.length;
    for (const [oldest] of this.#indexes) {
      if (this.#blocks <= mostKeptBlocks || oldest === segment) break;
      this.forget(oldest);
    }
    return blocks;
  }

  forget(segment: Segment): void {
    this.#blocks -= this.#indexes.get(segment)?.length ?? 0;
    this.#indexes.delete(segment);
  }

  async #load(segment: Segment): Promise<Block[]> {
    const file = await this.#files.open(segment.folder, segment.fileName, "read");
    try {
      return blocksOfIndex(await readSealedIndex(file));
    } finally {
      await file.close();
    }
  }
}
