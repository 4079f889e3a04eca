import { crc32 } from "node:zlib";
import type { LogPosition } from "#kernel/log-sink.ts";

/**
 * The unit of storage: one batch of one stream with all that belongs to it, so that a batch is stored as a whole or not
 * at all. Little-endian:
 *
 *     u32 length of the body, u32 CRC-32 of the body
 *     body: u8 kind, 8 bytes stream id, f64 ingestion time, f64 sequence, f64 least and f64 greatest timestamp,
 *           u32 number of events, u16 length of the source id
 *           and, when that is not 0: the source id, u64 time (ns) and u32 count of the position behind the batch
 *           per event: f64 timestamp, u32 length, message (UTF-8)
 */
const headerBytes = 8;
const fixedBytes = 55;
const eventHeaderBytes = 12;
const batchKind = 1;
/** No record is longer; what claims to be is no record. */
const maxRecordBytes = 32 * 2 ** 20;

export interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

export interface SourcePosition {
  readonly sourceId: string;
  readonly position: LogPosition;
}

export interface RecordContent {
  /** 16 hexadecimal digits. */
  readonly streamId: string;
  readonly ingestionTime: number;
  /** The number of the first event in its group; the others follow. */
  readonly sequence: number;
  readonly source?: SourcePosition | undefined;
  readonly events: readonly LogEvent[];
}

/** A record in a buffer, without its events decoded. */
export interface RecordView {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  readonly streamId: string;
  readonly ingestionTime: number;
  readonly sequence: number;
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  readonly eventCount: number;
  readonly source: SourcePosition | undefined;
  readonly eventsAt: number;
}

export function encodeRecord(content: RecordContent): Buffer {
  const lengths = content.events.map((event) => Buffer.byteLength(event.message));
  const sourceId = content.source === undefined ? undefined : Buffer.from(content.source.sourceId);
  let size = headerBytes + fixedBytes - 8 + (sourceId === undefined ? 0 : sourceId.length + 12);
  for (const length of lengths) size += eventHeaderBytes + length;
  const buffer = Buffer.allocUnsafe(size);
  writeFixed(buffer, content, sourceId?.length ?? 0);
  let at = fixedBytes;
  if (sourceId !== undefined && content.source !== undefined) {
    at += sourceId.copy(buffer, at);
    at = buffer.writeBigUInt64LE(BigInt(content.source.position.timeNanos), at);
    at = buffer.writeUInt32LE(content.source.position.count, at);
  }
  for (const [i, event] of content.events.entries()) {
    at = buffer.writeDoubleLE(event.timestamp, at);
    at = buffer.writeUInt32LE(lengths[i]!, at);
    at += buffer.write(event.message, at);
  }
  buffer.writeUInt32LE(size - headerBytes, 0);
  buffer.writeUInt32LE(crc32(buffer.subarray(headerBytes)), 4);
  return buffer;
}

function writeFixed(buffer: Buffer, content: RecordContent, sourceIdLength: number): void {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const { timestamp } of content.events) {
    if (timestamp < least) least = timestamp;
    if (timestamp > greatest) greatest = timestamp;
  }
  buffer.writeUInt8(batchKind, 8);
  buffer.write(content.streamId, 9, "hex");
  buffer.writeDoubleLE(content.ingestionTime, 17);
  buffer.writeDoubleLE(content.sequence, 25);
  buffer.writeDoubleLE(least, 33);
  buffer.writeDoubleLE(greatest, 41);
  buffer.writeUInt32LE(content.events.length, 49);
  buffer.writeUInt16LE(sourceIdLength, 53);
}

/**
 * The record at `start`: `torn` when the bytes there are no whole, undamaged record, `short` when the buffer ends
 * before the record does.
 */
export function readRecord(buffer: Buffer, start: number): RecordView | "short" | "torn" {
  if (start + headerBytes > buffer.length) return "short";
  const bodyBytes = buffer.readUInt32LE(start);
  if (bodyBytes < fixedBytes - headerBytes || bodyBytes > maxRecordBytes) return "torn";
  const end = start + headerBytes + bodyBytes;
  if (end > buffer.length) return "short";
  if (crc32(buffer.subarray(start + headerBytes, end)) !== buffer.readUInt32LE(start + 4)) return "torn";
  if (buffer.readUInt8(start + 8) !== batchKind) return "torn";
  const sourceIdLength = buffer.readUInt16LE(start + 53);
  return {
    buffer,
    start,
    end,
    streamId: buffer.toString("hex", start + 9, start + 17),
    ingestionTime: buffer.readDoubleLE(start + 17),
    sequence: buffer.readDoubleLE(start + 25),
    minTimestamp: buffer.readDoubleLE(start + 33),
    maxTimestamp: buffer.readDoubleLE(start + 41),
    eventCount: buffer.readUInt32LE(start + 49),
    source: sourceIdLength === 0 ? undefined : readSource(buffer, start + fixedBytes, sourceIdLength),
    eventsAt: start + fixedBytes + (sourceIdLength === 0 ? 0 : sourceIdLength + 12),
  };
}

function readSource(buffer: Buffer, at: number, length: number): SourcePosition {
  return {
    sourceId: buffer.toString("utf8", at, at + length),
    position: {
      timeNanos: buffer.readBigUInt64LE(at + length).toString(),
      count: buffer.readUInt32LE(at + length + 8),
    },
  };
}

export function messageBytesOf({ eventsAt, end, eventCount }: RecordView): number {
  return end - eventsAt - eventCount * eventHeaderBytes;
}

/** Calls `visit` for every event of a record; the message is decoded only when asked for. */
export function forEachEvent(
  record: RecordView,
  visit: (timestamp: number, sequence: number, messageAt: number, messageEnd: number) => void,
): void {
  let at = record.eventsAt;
  for (let i = 0; i < record.eventCount; i++) {
    const timestamp = record.buffer.readDoubleLE(at);
    const messageAt = at + eventHeaderBytes;
    const messageEnd = messageAt + record.buffer.readUInt32LE(at + 8);
    visit(timestamp, record.sequence + i, messageAt, messageEnd);
    at = messageEnd;
  }
}
