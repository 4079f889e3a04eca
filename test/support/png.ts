import assert from "node:assert/strict";
import { crc32, inflateSync } from "node:zlib";

/** The picture in a PNG of eight bits a color without transparency, as our encoder writes and others would read it. */
export function decodePng(file: Uint8Array): { width: number; height: number; pixels: Uint8Array } {
  const bytes = Buffer.from(file);
  assert.deepEqual([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = new Map<string, Buffer[]>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const named = bytes.subarray(at + 4, at + 8 + length);
    assert.equal(bytes.readUInt32BE(at + 8 + length), crc32(named), "the checksum of a chunk");
    const type = named.toString("latin1", 0, 4);
    chunks.set(type, [...(chunks.get(type) ?? []), named.subarray(4)]);
    at += 12 + length;
  }
  const header = chunks.get("IHDR")![0]!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  assert.deepEqual([...header.subarray(8)], [8, 2, 0, 0, 0]);
  const data = inflateSync(Buffer.concat(chunks.get("IDAT")!));
  const row = width * 3;
  assert.equal(data.length, (row + 1) * height);
  const pixels = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    assert.equal(data[y * (row + 1)], 2, "the filter of a row");
    for (let i = 0; i < row; i++) {
      pixels[y * row + i] = data[y * (row + 1) + 1 + i]! + (y === 0 ? 0 : pixels[(y - 1) * row + i]!);
    }
  }
  return { width, height, pixels };
}
