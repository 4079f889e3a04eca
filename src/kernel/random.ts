import { randomFillSync } from "node:crypto";

/** The only source of randomness: ids, jitter, choices. */
export interface Random {
  /** A number in [0, 1). */
  float(): number;
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
}

/** Cryptographically strong randomness, drawn from the system in blocks. */
export function systemRandom(): Random {
  const pool = new Uint8Array(4096);
  let used = pool.length;
  const bytes = (count: number): Uint8Array => {
    if (count > pool.length) return randomFillSync(new Uint8Array(count));
    if (used + count > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const taken = pool.slice(used, used + count);
    pool.fill(0, used, used + count);
    used += count;
    return taken;
  };
  return { bytes, float: () => new DataView(bytes(4).buffer).getUint32(0) / 2 ** 32 };
}

/** Repeatable randomness for tests and the simulation (sfc32, by Chris Doty-Humphrey). Never for secrets. */
export function seededRandom(seed: number): Random {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, seed >>> 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return {
    float: () => next() / 2 ** 32,
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 0xff),
  };
}

/** `length` lower-case hexadecimal digits. */
export function hex(random: Random, length: number): string {
  return digits(random.bytes(Math.ceil(length / 2))).slice(0, length);
}

/** A version 4 UUID (RFC 9562). */
export function uuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const text = digits(bytes);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

/** In one piece: a string that is put together of digits stays a chain of its parts for as long as it is kept. */
function digits({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("hex");
}

/** `length` characters drawn evenly from `alphabet` (at most 256 characters). */
export function characters(random: Random, length: number, alphabet: string): string {
  const limit = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of random.bytes(length - text.length + 8)) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** The items in an order drawn by chance. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random.float() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
