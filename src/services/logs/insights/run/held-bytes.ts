import { QueryTooLarge } from "../language/query-too-large.ts";

/** What a query may hold of what it has found. */
export const mostHeldBytes = 256 * 2 ** 20;

export function tooMuchFound(mostBytes: number): QueryTooLarge {
  return new QueryTooLarge(`What the query has found takes more than ${mostBytes / 2 ** 20} MiB of memory.`);
}

/** Of an object or a text, beside what is in it. */
const overhead = 32;

/** About how many bytes of memory plain data takes: texts, numbers, dates, lists, sets, maps and objects of them. */
export function bytesOf(data: unknown): number {
  if (typeof data === "string") return overhead + 2 * data.length;
  if (typeof data !== "object" || data === null) return 8;
  let bytes = overhead;
  if (data instanceof Map) {
    for (const [key, value] of data) bytes += bytesOf(key) + bytesOf(value);
  } else if (Array.isArray(data) || data instanceof Set) {
    for (const each of data) bytes += bytesOf(each);
  } else if (ArrayBuffer.isView(data)) {
    bytes += data.byteLength;
  } else {
    for (const value of Object.values(data)) bytes += bytesOf(value);
  }
  return bytes;
}
