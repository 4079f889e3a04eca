import { decode, encode, Tagged } from "cborg";
import type { LeafReader } from "../tree/read.ts";
import { serializationFault } from "../tree/read.ts";
import type { LeafWriter } from "../tree/write.ts";

/** RFC 8949, section 3.4.2: seconds since the epoch. */
const epochTag = 1;

/** Smithy's RPC v2 CBOR has timestamps as tag 1 and bytes as bytes. */
export const cborReader: LeafReader = {
  timestamp(value) {
    if (!(value instanceof Tagged) || value.tag !== epochTag || typeof value.value !== "number") return undefined;
    const ms = Math.round(value.value * 1000);
    return Math.abs(ms) <= 8.64e15 ? ms : undefined;
  },
  blob: (value) => (value instanceof Uint8Array ? value : undefined),
};

export const cborWriter: LeafWriter = {
  timestamp: (ms) => new Tagged(epochTag, ms / 1000),
  blob: (bytes) => bytes,
  specialNumber: (value) => value,
};

/** Throws a `SerializationException` for anything but one well-formed item. */
export function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { tags: Tagged.preserve(epochTag), allowBigInt: false });
  } catch {
    // Input nested without end also comes here: the decoder's RangeError, which leaves nothing behind.
    throw serializationFault("The body is not valid CBOR");
  }
}

export function encodeCbor(value: unknown): Uint8Array {
  return encode(value);
}
