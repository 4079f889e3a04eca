import { promisify } from "node:util";
import { crc32, deflate } from "node:zlib";
import type { Canvas } from "./canvas.ts";

const compress = promisify(deflate);
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Eight bits a color, three colors, no interlacing. */
const format = [8, 2, 0, 0, 0];

/** The picture as a file (PNG, ISO/IEC 15948). */
export async function encodePng({ width, height, pixels }: Canvas): Promise<Uint8Array> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(format, 8);
  const data = await compress(filtered(pixels, width * 3, height));
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

/** Each row as what differs from the row above, which for drawings is next to nothing. */
function filtered(pixels: Uint8Array, rowBytes: number, height: number): Uint8Array {
  const up = 2;
  const out = new Uint8Array((rowBytes + 1) * height);
  for (let row = 0; row < height; row++) {
    const to = row * (rowBytes + 1);
    const from = row * rowBytes;
    out[to] = up;
    for (let i = 0; i < rowBytes; i++) {
      out[to + 1 + i] = pixels[from + i]! - (row === 0 ? 0 : pixels[from - rowBytes + i]!);
    }
  }
  return out;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
