import { varint } from "./write-request.ts";

/** Matches are looked for within so much: their distance fits two bytes. */
const blockBytes = 65_536;
const tableBits = 14;
const shortest = 4;
const longestCopy = 64;

/**
 * The block format of Snappy ("Snappy compressed format description"): the length, then literals and copies of what
 * came before. Each block of 64 kB is looked through once, by a table of where four bytes were seen last.
 */
export function compressSnappy(input: Uint8Array): Uint8Array {
  const out = new Output(input.length);
  out.bytes(Uint8Array.from(varint(input.length)));
  for (let from = 0; from < input.length; from += blockBytes) {
    compressBlock(input.subarray(from, from + blockBytes), out);
  }
  return out.taken();
}

function compressBlock(block: Uint8Array, out: Output): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const table = new Int32Array(1 << tableBits).fill(-1);
  let written = 0;
  let at = 0;
  while (at + shortest <= block.length) {
    const word = view.getUint32(at, true);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - tableBits);
    const before = table[slot]!;
    table[slot] = at;
    if (before < 0 || view.getUint32(before, true) !== word) {
      at++;
      continue;
    }
    let length = shortest;
    while (at + length < block.length && block[before + length] === block[at + length]) length++;
    out.literal(block.subarray(written, at));
    out.copy(at - before, length);
    at += length;
    written = at;
  }
  out.literal(block.subarray(written));
}

class Output {
  private buffer: Uint8Array;
  private length = 0;

  constructor(inputBytes: number) {
    this.buffer = new Uint8Array(inputBytes + Math.ceil(inputBytes / 6) + 32);
  }

  bytes(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Up to 60 bytes have their length in the tag, more in the one or two bytes behind it. */
  literal(bytes: Uint8Array): void {
    const rest = bytes.length - 1;
    if (rest < 0) return;
    if (rest < 60) this.bytes(Uint8Array.of(rest << 2));
    else if (rest < 0x100) this.bytes(Uint8Array.of(60 << 2, rest));
    else this.bytes(Uint8Array.of(61 << 2, rest & 0xff, rest >> 8));
    this.bytes(bytes);
  }

  /** Tags with a distance of two bytes. */
  copy(distance: number, length: number): void {
    for (let left = length; left > 0; ) {
      const part = Math.min(left, longestCopy);
      this.bytes(Uint8Array.of(((part - 1) << 2) | 2, distance & 0xff, distance >> 8));
      left -= part;
    }
  }

  taken(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
}
