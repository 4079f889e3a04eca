import { promisify } from "node:util";
import { crc32, zstdCompress } from "node:zlib";
import type { DataFile, DataFiles } from "#kernel/data-files.ts";
import { recordsOf } from "./blocks.ts";
import { messageBytesOf, type RecordView } from "./record.ts";
import { fileHeader, readBlock, type SealedIndex, type Segment, segmentFileName } from "./segment.ts";
import { mergeStatistics, type StreamStatistics, statisticsOf } from "./statistics.ts";

const compress = promisify(zstdCompress);

/** Records are sorted by stream within windows of this size: what is in memory while sealing, and little beside it. */
const windowBytes = 4 * 2 ** 20;
/** Raw size at which a compressed block is closed. */
const frameBytes = 128 * 1024;

/**
 * Rewrites a full segment compressed. Within each window the records of a stream come to stand together, so that a
 * stream is read without its neighbours, while the segment as a whole stays nearly in the order of time. Resolves with
 * the sealed segment once it is durable beside the old one.
 */
export async function sealSegment(files: DataFiles, segment: Segment): Promise<Segment> {
  const fileName = segmentFileName(segment.number, true);
  const temporary = `${fileName}.tmp`;
  const from = await files.open(segment.folder, segment.fileName, "read");
  try {
    const to = await files.create(segment.folder, temporary);
    const fileBytes = await copySorted(segment, from, to).finally(() => to.close());
    await files.rename(segment.folder, temporary, fileName);
    return { ...segment, fileName, sealed: true, fileBytes, builder: undefined, readers: 0, retired: false };
  } catch (error) {
    await files.remove(segment.folder, temporary);
    throw error;
  } finally {
    await from.close();
  }
}

/** Resolves with the size of the new file once it is durable. */
async function copySorted(segment: Segment, from: DataFile, to: DataFile): Promise<number> {
  const writer = new SealedWriter(to);
  await writer.start();
  let window: RecordView[] = [];
  let bytes = 0;
  for (const block of segment.builder?.blocks ?? []) {
    window.push(...recordsOf(await readBlock(segment, from, block)));
    bytes += block.rawLength;
    if (bytes < windowBytes) continue;
    await writer.writeWindow(window);
    window = [];
    bytes = 0;
  }
  await writer.writeWindow(window);
  const fileBytes = await writer.finish(segment);
  await to.sync();
  return fileBytes;
}

class SealedWriter {
  readonly #to: DataFile;
  readonly #streams = new Map<string, { place: number; statistics: StreamStatistics }>();
  readonly #blocks: SealedIndex["blocks"][number][] = [];
  #offset = 0;

  constructor(to: DataFile) {
    this.#to = to;
  }

  async start(): Promise<void> {
    await this.#to.write([fileHeader], 0);
    this.#offset = fileHeader.length;
  }

  async writeWindow(records: RecordView[]): Promise<void> {
    const sorted = records.toSorted((a, b) => compare(a.streamId, b.streamId)); // Stable: a stream stays in order.
    let frame: RecordView[] = [];
    let bytes = 0;
    for (const record of sorted) {
      frame.push(record);
      bytes += record.end - record.start;
      if (bytes < frameBytes) continue;
      await this.#writeFrame(frame);
      frame = [];
      bytes = 0;
    }
    if (frame.length > 0) await this.#writeFrame(frame);
  }

  async #writeFrame(records: RecordView[]): Promise<void> {
    const raw = Buffer.concat(records.map((record) => record.buffer.subarray(record.start, record.end)));
    const compressed = await compress(raw);
    await this.#to.write([compressed], this.#offset);
    const places = new Set(records.map((record) => this.#count(record)));
    const minTimestamp = Math.min(...records.map((record) => record.minTimestamp));
    const maxTimestamp = Math.max(...records.map((record) => record.maxTimestamp));
    const times = [minTimestamp, maxTimestamp] as const;
    const eventCount = records.reduce((sum, record) => sum + record.eventCount, 0);
    const messageBytes = records.reduce((sum, record) => sum + messageBytesOf(record), 0);
    const content = [eventCount, messageBytes] as const;
    this.#blocks.push([this.#offset, compressed.length, raw.length, ...times, [...places], ...content]);
    this.#offset += compressed.length;
  }

  #count(record: RecordView): number {
    const known = this.#streams.get(record.streamId);
    const place = known?.place ?? this.#streams.size;
    const statistics = mergeStatistics(known?.statistics, statisticsOf(record));
    this.#streams.set(record.streamId, { place, statistics });
    return place;
  }

  async finish(segment: Segment): Promise<number> {
    const index: SealedIndex = {
      nextSequence: segment.nextSequence,
      minTimestamp: segment.minTimestamp,
      maxTimestamp: segment.maxTimestamp,
      createdAt: segment.createdAt,
      streams: [...this.#streams].map(([streamId, { statistics }]) => [streamId, statistics]),
      blocks: this.#blocks,
    };
    const compressed = await compress(Buffer.from(JSON.stringify(index)));
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(compressed.length, 0);
    trailer.writeUInt32LE(crc32(compressed), 4);
    await this.#to.write([compressed, trailer], this.#offset);
    return this.#offset + compressed.length + trailer.length;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
