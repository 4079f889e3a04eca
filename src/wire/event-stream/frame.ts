import { crc32 } from "node:zlib";

/** Header names to texts; every header that AWS's services send outwards is a string. */
export type EventHeaders = Readonly<Record<string, string>>;

const stringType = 7;

/**
 * One message of `application/vnd.amazon.eventstream`: total length, length of the headers, CRC of those eight bytes,
 * headers, payload, CRC of all before it.
 */
export function encodeFrame(headers: EventHeaders, payload: Uint8Array): Uint8Array {
  const headerBytes = encodeHeaders(headers);
  const total = 16 + headerBytes.byteLength + payload.byteLength;
  const frame = Buffer.allocUnsafe(total);
  frame.writeUInt32BE(total, 0);
  frame.writeUInt32BE(headerBytes.byteLength, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  frame.set(headerBytes, 12);
  frame.set(payload, 12 + headerBytes.byteLength);
  frame.writeUInt32BE(crc32(frame.subarray(0, total - 4)), total - 4);
  return frame;
}

function encodeHeaders(headers: EventHeaders): Buffer {
  const parts = Object.entries(headers).flatMap(([name, value]) => {
    const nameBytes = Buffer.from(name, "utf8");
    const valueBytes = Buffer.from(value, "utf8");
    const length = Buffer.from([valueBytes.byteLength >> 8, valueBytes.byteLength & 0xff]);
    return [Buffer.from([nameBytes.byteLength]), nameBytes, Buffer.from([stringType]), length, valueBytes];
  });
  return Buffer.concat(parts);
}
