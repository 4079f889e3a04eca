import { hash } from "node:crypto";

const blockBytes = 64;
const digestBytes = 32;

/**
 * HMAC with SHA-256 (RFC 2104) under one key, for texts of mostly one length. node's `createHmac` makes an object of
 * its own for each text, and so costs a request more than all its other hashing; the two digests that an HMAC consists
 * of do not. What is derived from the key stays in memory of its own, never in a pool that others are given.
 */
export class SigningKey {
  /** Before the text. */
  readonly #innerPad: Uint8Array;
  /** The inner padding and the text. */
  #inner: Buffer;
  /** The outer padding and the inner digest. */
  readonly #outer: Buffer;

  /** The key has at most 64 bytes: a longer one would have to be hashed first. */
  constructor(key: Uint8Array) {
    if (key.length > blockBytes) throw new RangeError(`A signing key of ${key.length} bytes`);
    const padded = (pad: number) => Uint8Array.from({ length: blockBytes }, (_, i) => (key[i] ?? 0) ^ pad);
    this.#innerPad = padded(0x36);
    this.#inner = this.#roomFor(0);
    this.#outer = Buffer.alloc(blockBytes + digestBytes);
    this.#outer.set(padded(0x5c));
  }

  /** The 32 bytes of the signature of a text, as UTF-8. */
  sign(text: string): Buffer {
    const bytes = Buffer.byteLength(text);
    if (this.#inner.length !== blockBytes + bytes) this.#inner = this.#roomFor(bytes);
    this.#inner.write(text, blockBytes);
    this.#outer.set(hash("sha256", this.#inner, "buffer"), blockBytes);
    return hash("sha256", this.#outer, "buffer");
  }

  #roomFor(bytes: number): Buffer {
    const room = Buffer.alloc(blockBytes + bytes);
    room.set(this.#innerPad);
    return room;
  }
}
