import type { Point } from "./point.ts";

/**
 * Points of one series as bytes: about 3 for a value with few decimals, 8 for one without pattern. Times are counted in
 * steps from the point before. A number is kept as the difference of its decimal digits from those of the number before
 * it, or, where decimals would be longer, by the bytes that follow those which it has in common with that one.
 *
 * A point is: a head byte (kind, and whether it comes right after the point before), steps if need be, and numbers.
 */
const kinds = { value: 0, repeated: 1, set: 2, spread: 3 } as const;
const nextStep = 4;
/** Tags of numbers: up to this one the count of decimals, above it how many bytes differ. */
const mostDecimals = 6;
const largestDigits = 2 ** 45;

const scratch = new DataView(new ArrayBuffer(16));

class Numbers {
  /** The number before, for each field of a point, and its digits. */
  private readonly values = [0, 0, 0];
  private readonly digits = [0, 0, 0];
  private readonly decimals = [0, 0, 0];

  write(out: ByteWriter, field: number, value: number): void {
    const decimals = decimalsOf(value);
    if (decimals === undefined) {
      this.writeBits(out, value, this.values[field]!);
    } else {
      const digits = Math.round(value * 10 ** decimals);
      out.byte(decimals);
      out.signed(digits - (decimals === this.decimals[field] ? this.digits[field]! : 0));
      this.decimals[field] = decimals;
      this.digits[field] = digits;
    }
    this.values[field] = value;
  }

  read(from: ByteReader, field: number): number {
    const tag = from.byte();
    if (tag > mostDecimals) {
      this.values[field] = readBits(from, tag - mostDecimals - 1, this.values[field]!);
    } else {
      const digits = from.signed() + (tag === this.decimals[field] ? this.digits[field]! : 0);
      this.decimals[field] = tag;
      this.digits[field] = digits;
      this.values[field] = digits / 10 ** tag;
    }
    return this.values[field]!;
  }

  /** The bytes that follow those which both have in common. */
  private writeBits(out: ByteWriter, value: number, before: number): void {
    scratch.setFloat64(0, value);
    scratch.setFloat64(8, before);
    let same = 0;
    while (same < 8 && scratch.getUint8(same) === scratch.getUint8(8 + same)) same++;
    out.byte(mostDecimals + 1 + 8 - same);
    for (let i = same; i < 8; i++) out.byte(scratch.getUint8(i));
  }
}

function readBits(from: ByteReader, differing: number, before: number): number {
  scratch.setFloat64(0, before);
  for (let i = 8 - differing; i < 8; i++) scratch.setUint8(i, from.byte());
  return scratch.getFloat64(0);
}

/** So many decimals say the number exactly, in no more bytes than its bits would take; undefined: none do. */
function decimalsOf(value: number): number | undefined {
  for (let decimals = 0, scale = 1; decimals <= mostDecimals; decimals++, scale *= 10) {
    const digits = Math.round(value * scale);
    if (Math.abs(digits) > largestDigits) return undefined;
    if (digits / scale === value) return decimals;
  }
  return undefined;
}

/** Writes the points of a series one after another, in the order of their times. */
export class PointEncoder {
  private readonly out = new ByteWriter(64);
  private readonly numbers = new Numbers();
  private readonly stepSeconds: number;
  /** When the first and the last point begin; infinity and 0 without any. */
  first = Number.POSITIVE_INFINITY;
  last = 0;

  constructor(stepSeconds: number) {
    this.stepSeconds = stepSeconds;
  }

  /** The point must be later than the one before, and begin with a step. */
  add(point: Point): void {
    const steps = (point.time - this.last) / this.stepSeconds;
    const isNext = steps === 1;
    const { count, sum, min, max, sketch } = point;
    const isRepeated = min === max && sum === min * count;
    const kind = sketch ? kinds.spread : !isRepeated ? kinds.set : count === 1 ? kinds.value : kinds.repeated;
    this.out.byte(kind + (isNext ? nextStep : 0));
    if (!isNext) this.out.unsigned(steps);
    if (kind !== kinds.value) this.writeCount(count);
    this.numbers.write(this.out, 0, min);
    if (kind === kinds.set || kind === kinds.spread) {
      this.numbers.write(this.out, 1, max);
      this.numbers.write(this.out, 2, sum);
    }
    if (sketch) {
      this.out.unsigned(sketch.buckets.length);
      let before = 0;
      for (const [i, bucket] of sketch.buckets.entries()) {
        this.out.signed(bucket - before);
        this.writeCount(sketch.counts[i]!);
        before = bucket;
      }
    }
    this.last = point.time;
    if (this.first > point.time) this.first = point.time;
  }

  /** What has been written; it changes with the next point. */
  bytes(): Uint8Array {
    return this.out.bytes();
  }

  /** Counts are whole numbers mostly; SampleCount may be any. */
  private writeCount(count: number): void {
    const isWhole = Number.isSafeInteger(count) && count > 0;
    this.out.unsigned(isWhole ? count : 0);
    if (!isWhole) this.out.double(count);
  }
}

export function encodePoints(points: readonly Point[], stepSeconds: number): Uint8Array {
  const encoder = new PointEncoder(stepSeconds);
  for (const point of points) encoder.add(point);
  return encoder.bytes();
}

/** The points that `encodePoints` was given. */
export function decodePoints(bytes: Uint8Array, stepSeconds: number): Point[] {
  const from = new ByteReader(bytes);
  const numbers = new Numbers();
  const points: Point[] = [];
  let time = 0;
  while (!from.isAtEnd) {
    const head = from.byte();
    time += (head & nextStep ? 1 : from.unsigned()) * stepSeconds;
    const kind = head & 3;
    const count = kind === kinds.value ? 1 : readCount(from);
    const min = numbers.read(from, 0);
    if (kind === kinds.value || kind === kinds.repeated) {
      points.push({ time, count, sum: min * count, min, max: min });
      continue;
    }
    const max = numbers.read(from, 1);
    const sum = numbers.read(from, 2);
    points.push(
      kind === kinds.set ? { time, count, sum, min, max } : { time, count, sum, min, max, sketch: readSketch(from) },
    );
  }
  return points;
}

function readSketch(from: ByteReader): NonNullable<Point["sketch"]> {
  const buckets: number[] = [];
  const counts: number[] = [];
  let bucket = 0;
  for (let left = from.unsigned(); left > 0; left--) {
    bucket += from.signed();
    buckets.push(bucket);
    counts.push(readCount(from));
  }
  return { buckets, counts };
}

function readCount(from: ByteReader): number {
  const whole = from.unsigned();
  return whole === 0 ? from.double() : whole;
}

/** Grows as it is written to. Integers take 7 bits a byte, the lowest first. */
export class ByteWriter {
  private buffer: Uint8Array;
  private length = 0;

  constructor(capacity: number) {
    this.buffer = new Uint8Array(capacity);
  }

  byte(value: number): void {
    if (this.length === this.buffer.length) this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** A whole number from 0 to 2^53. */
  unsigned(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  signed(value: number): void {
    this.unsigned(value < 0 ? -value * 2 - 1 : value * 2);
  }

  double(value: number): void {
    scratch.setFloat64(0, value);
    for (let i = 0; i < 8; i++) this.byte(scratch.getUint8(i));
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    this.unsigned(bytes.length);
    this.append(bytes);
  }

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + more));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }
}

/** Reads what a `ByteWriter` wrote. Throws a `RangeError` beyond the end. */
export class ByteReader {
  private readonly from: Uint8Array;
  private at = 0;

  constructor(from: Uint8Array) {
    this.from = from;
  }

  get isAtEnd(): boolean {
    return this.at >= this.from.length;
  }

  byte(): number {
    const byte = this.from[this.at++];
    if (byte === undefined) throw new RangeError("The data of a metric ends in the middle of a point");
    return byte;
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  double(): number {
    for (let i = 0; i < 8; i++) scratch.setUint8(i, this.byte());
    return scratch.getFloat64(0);
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.from.length) throw new RangeError("The data of a metric is cut short");
    this.at += length;
    return this.from.subarray(this.at - length, this.at);
  }

  text(): string {
    return Buffer.from(this.take(this.unsigned())).toString();
  }
}
