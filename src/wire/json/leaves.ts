import { formatTimestamp, parseTimestamp } from "../timestamp.ts";
import type { LeafReader } from "../tree/read.ts";
import type { LeafWriter } from "../tree/write.ts";

export const jsonReader: LeafReader = {
  timestamp: (value) => (typeof value === "number" || typeof value === "string" ? parseTimestamp(value) : undefined),
  blob: (value) => (typeof value === "string" ? decodeBase64(value) : undefined),
};

export const jsonWriter: LeafWriter = {
  timestamp: (ms, format) => formatTimestamp(ms, format ?? "unixTimestamp"),
  blob: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  specialNumber: (value) => String(value),
};

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes of standard base64 with padding, or undefined. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return text.length % 4 === 0 && base64.test(text) ? Buffer.from(text, "base64") : undefined;
}
