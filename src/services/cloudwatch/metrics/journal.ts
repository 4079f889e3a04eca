import { crc32 } from "node:zlib";
import type { DataFile, DataFiles } from "#kernel/data-files.ts";
import { ByteReader, type ByteWriter, decodePoints, encodePoints } from "./codec.ts";
import type { Point } from "./point.ts";
import type { SeriesName } from "./series.ts";

/**
 * What is in a journal and in a checkpoint: the same entries, in frames that tell when they are whole. A frame is its
 * length and checksum, 4 bytes each, and entries.
 */
export type Entry =
  | { readonly kind: "series"; readonly id: number; readonly lastTime: number; readonly name: SeriesName }
  /** A point as it came in: for every tier from this one to the coarsest. */
  | { readonly kind: "point"; readonly id: number; readonly tier: number; readonly point: Point }
  /** Points of one tier alone. */
  | { readonly kind: "head"; readonly id: number; readonly tier: number; readonly points: readonly Point[] }
  | { readonly kind: "block"; readonly file: string; readonly tier: number; readonly from: number; readonly to: number }
  /** The first journal that is not contained in a checkpoint, and the number of the next block. */
  | { readonly kind: "next"; readonly journal: number; readonly block: number };

const kinds = ["series", "point", "head", "block", "next"] as const;
const frameHeadBytes = 8;

export function writeEntry(out: ByteWriter, entry: Entry): void {
  out.byte(kinds.indexOf(entry.kind));
  switch (entry.kind) {
    case "series":
      out.unsigned(entry.id);
      out.unsigned(entry.lastTime);
      out.text(JSON.stringify(entry.name));
      return;
    case "point":
      out.unsigned(entry.id);
      out.unsigned(entry.tier);
      writePoint(out, entry.point);
      return;
    case "head": {
      const bytes = encodePoints(entry.points, 1);
      out.unsigned(entry.id);
      out.unsigned(entry.tier);
      out.unsigned(bytes.length);
      out.append(bytes);
      return;
    }
    case "block":
      out.text(entry.file);
      out.unsigned(entry.tier);
      out.unsigned(entry.from);
      out.unsigned(entry.to);
      return;
    case "next":
      out.unsigned(entry.journal);
      out.unsigned(entry.block);
  }
}

function readEntry(from: ByteReader): Entry {
  const kind = kinds[from.byte()];
  switch (kind) {
    case "series":
      return { kind, id: from.unsigned(), lastTime: from.unsigned(), name: JSON.parse(from.text()) as SeriesName };
    case "point": {
      const [id, tier] = [from.unsigned(), from.unsigned()];
      return { kind, id, tier, point: readPoint(from) };
    }
    case "head": {
      const [id, tier] = [from.unsigned(), from.unsigned()];
      return { kind, id, tier, points: decodePoints(from.take(from.unsigned()), 1) };
    }
    case "block":
      return { kind, file: from.text(), tier: from.unsigned(), from: from.unsigned(), to: from.unsigned() };
    case "next":
      return { kind, journal: from.unsigned(), block: from.unsigned() };
    default:
      throw new RangeError("The storage of metrics has an entry of an unknown kind");
  }
}

/** Quick to write rather than short; how values are spread is told only where they are. */
function writePoint(out: ByteWriter, { time, count, sum, min, max, sketch }: Point): void {
  const isOne = count === 1 && min === max && sum === min;
  out.byte(sketch ? 2 : isOne ? 0 : 1);
  out.unsigned(time);
  out.double(min);
  if (isOne) return;
  for (const number of [max, sum, count]) out.double(number);
  if (sketch === undefined) return;
  out.unsigned(sketch.buckets.length);
  for (const bucket of sketch.buckets) out.signed(bucket);
  for (const each of sketch.counts) out.double(each);
}

function readPoint(from: ByteReader): Point {
  const form = from.byte();
  const time = from.unsigned();
  const min = from.double();
  if (form === 0) return { time, count: 1, sum: min, min, max: min };
  const [max, sum, count] = [from.double(), from.double(), from.double()];
  if (form === 1) return { time, count, sum, min, max };
  const length = from.unsigned();
  const buckets = Array.from({ length }, () => from.signed());
  return { time, count, sum, min, max, sketch: { buckets, counts: buckets.map(() => from.double()) } };
}

/** A frame of what a writer has. */
function frameOf(out: ByteWriter): Buffer {
  const body = out.bytes();
  const frame = Buffer.alloc(frameHeadBytes + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame.writeUInt32LE(crc32(body), 4);
  frame.set(body, frameHeadBytes);
  return frame;
}

/** The entries of a file, to the first frame that is not whole: a crash cut that short. */
export async function* readEntries(files: DataFiles, folder: string, name: string): AsyncGenerator<Entry> {
  const file = await files.open(folder, name, "read");
  try {
    let at = 0;
    for (;;) {
      const body = await readFrame(file, at);
      if (body === undefined) return;
      at += frameHeadBytes + body.length;
      for (const from = new ByteReader(body); !from.isAtEnd; ) yield readEntry(from);
    }
  } finally {
    await file.close();
  }
}

async function readFrame(file: DataFile, at: number): Promise<Buffer | undefined> {
  const head = await file.read(at, frameHeadBytes);
  if (head.length < frameHeadBytes) return undefined;
  const length = head.readUInt32LE(0);
  const body = await file.read(at + frameHeadBytes, Math.min(length, (await file.size()) - at - frameHeadBytes));
  return body.length === length && crc32(body) === head.readUInt32LE(4) ? body : undefined;
}

/** Writes frames to a file, one after another. */
export class FrameWriter {
  private readonly file: DataFile;
  private written = 0;

  private constructor(file: DataFile) {
    this.file = file;
  }

  static async create(files: DataFiles, folder: string, name: string): Promise<FrameWriter> {
    return new FrameWriter(await files.create(folder, name));
  }

  get size(): number {
    return this.written;
  }

  async write(out: ByteWriter): Promise<void> {
    const frame = frameOf(out);
    await this.file.write([frame], this.written);
    this.written += frame.length;
  }

  sync(): Promise<void> {
    return this.file.sync();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
