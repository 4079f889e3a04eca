import { constants, createHash, createPublicKey, type KeyObject, privateEncrypt, publicDecrypt } from "node:crypto";
import type { ECDSA } from "@noble/curves/abstract/weierstrass.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
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

/** By OpenSSL's names. */
const curves: Readonly<Record<string, ECDSA>> = { prime256v1: p256, secp256k1, secp384r1: p384, secp521r1: p521 };
/** As OpenSSL signs and verifies: the digest as it is, both halves of the values of s, DER. */
const likeOpenSsl = { prehash: false, lowS: false, format: "der" } as const;

/** ECDSA (FIPS 186-5) in DER, with the nonces of RFC 6979. */
export function signEcdsa(key: KeyObject, curve: string, digest: Uint8Array): Buffer {
  return Buffer.from(curves[curve]!.sign(digest, jwkPart(key, "d"), likeOpenSsl));
}

export function verifyEcdsa(key: KeyObject, curve: string, digest: Uint8Array, signature: Uint8Array): boolean {
  const point = Buffer.concat([Uint8Array.of(4), jwkPart(key, "x"), jwkPart(key, "y")]);
  return curves[curve]!.verify(signature, digest, point, likeOpenSsl);
}

function jwkPart(key: KeyObject, part: "d" | "x" | "y"): Buffer {
  return Buffer.from(key.export({ format: "jwk" })[part]!, "base64url");
}
