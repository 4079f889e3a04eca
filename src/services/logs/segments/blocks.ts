import { type RecordView, readRecord } from "./record.ts";

/** A run of whole records in a segment file: the smallest piece that is read, and an entry of the sparse index. */
export interface Block {
  readonly offset: number;
  /** Bytes in the file. */
  readonly length: number;
  /** Bytes of the records; more than `length` when compressed. */
  readonly rawLength: number;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  readonly streams: ReadonlySet<string>;
  /** Of sealed segments, but for those of early versions. */
  readonly content?: BlockContent;
  /** The number of its first event, while the segment is in the order of storage. */
  readonly firstSequence?: number;
}

export interface BlockContent {
  readonly eventCount: number;
  /** Of all messages. */
  readonly messageBytes: number;
}

/** A block is closed when it reaches this size. */
const blockBytes = 64 * 1024;

/** Builds the index of a segment that is being written: records come in the order of the file. */
export class BlockBuilder {
  readonly #blocks: Block[] = [];

  add(record: Pick<RecordView, "start" | "end" | "streamId" | "sequence" | "minTimestamp" | "maxTimestamp">): void {
    const length = record.end - record.start;
    const last = this.#blocks.at(-1);
    if (last === undefined || last.rawLength >= blockBytes) {
      const { minTimestamp, maxTimestamp } = record;
      const [streams, firstSequence] = [new Set([record.streamId]), record.sequence];
      const block = { offset: record.start, length, rawLength: length, minTimestamp, maxTimestamp, streams };
      this.#blocks.push({ ...block, firstSequence });
      return;
    }
    // A new object, so that a reader that holds the old one sees a consistent, shorter block. The set is shared: one
    // stream too many only costs a look at the block.
    this.#blocks[this.#blocks.length - 1] = {
      ...last,
      length: last.length + length,
      rawLength: last.rawLength + length,
      minTimestamp: Math.min(last.minTimestamp, record.minTimestamp),
      maxTimestamp: Math.max(last.maxTimestamp, record.maxTimestamp),
      streams: last.streams.has(record.streamId) ? last.streams : new Set([...last.streams, record.streamId]),
    };
  }

  get blocks(): readonly Block[] {
    return this.#blocks;
  }
}

/** The records of a buffer that holds nothing but whole ones. Throws when one is damaged. */
export function* recordsOf(buffer: Buffer): Generator<RecordView> {
  for (let at = 0; at < buffer.length; ) {
    const record = readRecord(buffer, at);
    if (typeof record === "string") throw new Error(`damaged log record at byte ${at} of a block`);
    yield record;
    at = record.end;
  }
}
