import {
  constants,
  createECDH,
  createHash,
  createPublicKey,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
} from "node:crypto";
import type { Random } from "#kernel/random.ts";

/**
 * Signatures over digests that somebody else has made, for which the runtime has no function of its own: it always
 * hashes. They are the same as those over messages, and verify everywhere.
 */

/** DER of DigestInfo up to the digest (RFC 8017, 9.2, note 1). */
const digestInfo: Readonly<Record<string, string>> = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};

const pkcs1 = constants.RSA_PKCS1_PADDING;
const raw = constants.RSA_NO_PADDING;

export function signPkcs1(key: KeyObject, hash: string, digest: Uint8Array): Buffer {
  return privateEncrypt({ key, padding: pkcs1 }, Buffer.concat([Buffer.from(digestInfo[hash]!, "hex"), digest]));
}

export function verifyPkcs1(key: KeyObject, hash: string, digest: Uint8Array, signature: Uint8Array): boolean {
  const opened = openRsa(key, signature, pkcs1);
  return opened?.equals(Buffer.concat([Buffer.from(digestInfo[hash]!, "hex"), digest])) ?? false;
}

/** EMSA-PSS with MGF1 of the same hash and a salt as long as the digest (RFC 8017, 9.1), as KMS has it. */
export function signPss(key: KeyObject, hash: string, digest: Uint8Array, random: Random): Buffer {
  const bits = key.asymmetricKeyDetails!.modulusLength! - 1;
  const length = Math.ceil(bits / 8);
  const salt = Buffer.from(random.bytes(digest.length));
  const h = pssHash(hash, digest, salt);
  const block = Buffer.alloc(length - h.length - 1);
  block[block.length - salt.length - 1] = 1;
  salt.copy(block, block.length - salt.length);
  const masked = xor(block, mask(hash, h, block.length));
  masked[0]! &= 0xff >> (8 * length - bits);
  return privateEncrypt({ key, padding: raw }, Buffer.concat([masked, h, Uint8Array.of(0xbc)]));
}

export function verifyPss(key: KeyObject, hash: string, digest: Uint8Array, signature: Uint8Array): boolean {
  const bits = key.asymmetricKeyDetails!.modulusLength! - 1;
  const length = Math.ceil(bits / 8);
  const encoded = openRsa(key, signature, raw);
  if (encoded?.length !== length || encoded.at(-1) !== 0xbc) return false;
  const masked = encoded.subarray(0, length - digest.length - 1);
  const h = encoded.subarray(masked.length, -1);
  const unused = 8 * length - bits;
  if (masked[0]! >> (8 - unused) !== 0) return false;
  const block = xor(masked, mask(hash, h, masked.length));
  block[0]! &= 0xff >> unused;
  const padding = block.subarray(0, block.length - digest.length - 1);
  if (padding.some((byte) => byte !== 0) || block[padding.length] !== 1) return false;
  return pssHash(hash, digest, block.subarray(padding.length + 1)).equals(h);
}

function pssHash(hash: string, digest: Uint8Array, salt: Uint8Array): Buffer {
  return createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
}

/** MGF1 (RFC 8017, B.2.1). */
function mask(hash: string, seed: Uint8Array, length: number): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0, made = 0; made < length; i++) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(i);
    const part = createHash(hash).update(seed).update(counter).digest();
    parts.push(part);
    made += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, i) => byte ^ b[i]!));
}

/** What the public key makes of a signature; undefined when that is nothing. */
function openRsa(key: KeyObject, signature: Uint8Array, padding: number): Buffer | undefined {
  try {
    return publicDecrypt({ key: createPublicKey(key), padding }, signature);
  } catch {
    return undefined;
  }
}

/** The orders of the curves (SEC 2). */
const orders: Readonly<Record<string, bigint>> = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp256k1: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  secp384r1: BigInt(`0x${"f".repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`),
  secp521r1: BigInt(`0x1${"f".repeat(65)}a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`),
};

/**
 * ECDSA (FIPS 186-5, 6.4.1) in DER. Points are multiplied by OpenSSL; the inversion here is of a number that a random
 * one has blinded, so that its time tells nothing of the nonce.
 */
export function signEcdsa(key: KeyObject, curve: string, digest: Uint8Array, random: Random): Buffer {
  const n = orders[curve]!;
  const d = privateNumber(key);
  const z = leftmost(digest, n);
  for (;;) {
    const k = below(n, random);
    const blind = below(n, random);
    const r = xOf(pointOf(k, curve)) % n;
    const s = (inverse((k * blind) % n, n) * ((blind * z + ((blind * r) % n) * d) % n)) % n;
    if (r !== 0n && s !== 0n) return sequence(r, s);
  }
}

/** By the private key: the nonce that it follows from, and the point of that nonce. */
export function verifyEcdsa(key: KeyObject, curve: string, digest: Uint8Array, signature: Uint8Array): boolean {
  const n = orders[curve]!;
  const [r, s] = readSequence(signature) ?? [0n, 0n];
  if (r <= 0n || s <= 0n || r >= n || s >= n) return false;
  const k = (inverse(s, n) * ((leftmost(digest, n) + r * privateNumber(key)) % n)) % n;
  if (k === 0n) return false;
  return xOf(pointOf(k, curve)) % n === r;
}

/** A number from 1 to n - 1, from so many more bits that each is as likely (FIPS 186-5, A.3.1). */
function below(n: bigint, random: Random): bigint {
  return (toNumber(random.bytes(80)) % (n - 1n)) + 1n;
}

/** The curve's base point times a number. */
function pointOf(number: bigint, curve: string): Buffer {
  const point = createECDH(curve);
  point.setPrivateKey(toBytes(number));
  return point.getPublicKey();
}

function privateNumber(key: KeyObject): bigint {
  return toNumber(Buffer.from(key.export({ format: "jwk" }).d!, "base64url"));
}

/** Of an uncompressed point. */
function xOf(point: Buffer): bigint {
  return toNumber(point.subarray(1, 1 + (point.length - 1) / 2));
}

/** The leftmost bits of a digest, as many as the order has. */
function leftmost(digest: Uint8Array, n: bigint): bigint {
  const extra = digest.length * 8 - n.toString(2).length;
  const number = toNumber(digest);
  return (extra > 0 ? number >> BigInt(extra) : number) % n;
}

function inverse(value: bigint, n: bigint): bigint {
  let [a, b, x, y] = [value, n, 1n, 0n];
  while (a > 1n) {
    const q = b === 0n ? 0n : a / b;
    [a, b] = [b, a - q * b];
    [x, y] = [y, x - q * y];
  }
  return ((x % n) + n) % n;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
}

function toBytes(number: bigint): Buffer {
  const digits = number.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
}

/** DER of a sequence of two positive integers. */
function sequence(...numbers: readonly bigint[]): Buffer {
  const parts = numbers.map((number) => {
    const bytes = toBytes(number);
    const positive = bytes[0]! >= 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes;
    return Buffer.concat([Uint8Array.of(2, positive.length), positive]);
  });
  const content = Buffer.concat(parts);
  const length = content.length < 0x80 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Uint8Array.of(0x30, ...length), content]);
}

/** Undefined: it is not what `sequence` makes, to the byte. */
function readSequence(der: Uint8Array): readonly [bigint, bigint] | undefined {
  const start = der[1] === 0x81 ? 3 : 2;
  const length = der[start + 1] ?? 0;
  const r = der.subarray(start + 2, start + 2 + length);
  const s = der.subarray(start + 4 + length);
  if (r.length === 0 || s.length === 0) return undefined;
  const numbers = [toNumber(r), toNumber(s)] as const;
  return sequence(...numbers).equals(der) ? numbers : undefined;
}
