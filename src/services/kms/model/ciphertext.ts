import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { KeyRecord } from "./key.ts";
import { type CryptoParts, currentMaterial, openMaterial } from "./material.ts";
import { checkSymmetric } from "./usable.ts";

/**
 * The format of ciphertexts: the version 1, the key's id (16 bytes), the first 8 bytes of the material's id, a salt (16
 * bytes), the tag (16 bytes), the encrypted bytes. They are encrypted with AES-256-GCM under a key and a nonce that
 * are derived from the material and the salt (HKDF-SHA-256), so that no two messages share them, however many there
 * are. The header and the encryption context are authenticated.
 */
const version = 1;
const headerBytes = 1 + 16 + 8;
const saltBytes = 16;
const tagBytes = 16;

/** Pairs that must be given again to decrypt; they are authenticated, not kept. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Encrypts under the current material of a key, whose state the caller has checked. */
export function encryptUnder(
  key: KeyRecord,
  plaintext: Uint8Array,
  context: EncryptionContext,
  { box, random }: CryptoParts,
): Uint8Array {
  checkSymmetric(key);
  const material = currentMaterial(key);
  const header = Buffer.concat([
    Uint8Array.of(version),
    Buffer.from(key.keyId.replaceAll("-", ""), "hex"),
    Buffer.from(material.id.slice(0, 16), "hex"),
  ]);
  const salt = random.bytes(saltBytes);
  const derived = derive(openMaterial(key, material, box), salt);
  const cipher = createCipheriv("aes-256-gcm", derived.key, derived.nonce);
  cipher.setAAD(Buffer.concat([header, canonical(context)]));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, salt, cipher.getAuthTag(), body]);
}

/** The id of the key that a ciphertext was made under; undefined when it is none of ours. */
export function keyIdIn(blob: Uint8Array): string | undefined {
  if (blob[0] !== version || blob.length < headerBytes + saltBytes + tagBytes) return undefined;
  const digits = Buffer.from(blob.subarray(1, 17)).toString("hex");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export interface Decrypted {
  readonly plaintext: Uint8Array;
  readonly keyMaterialId: string;
}

/** Undefined: made under another key or with another encryption context, or changed since. */
export function decryptUnder(
  key: KeyRecord,
  blob: Uint8Array,
  context: EncryptionContext,
  box: SecretBox,
): Decrypted | undefined {
  if (keyIdIn(blob) !== key.keyId) return undefined;
  const header = blob.subarray(0, headerBytes);
  const prefix = Buffer.from(header.subarray(17)).toString("hex");
  const material = key.material.find(({ id }) => id.startsWith(prefix));
  if (material === undefined) return undefined;
  const salt = blob.subarray(headerBytes, headerBytes + saltBytes);
  const tag = blob.subarray(headerBytes + saltBytes, headerBytes + saltBytes + tagBytes);
  const derived = derive(openMaterial(key, material, box), salt);
  const decipher = createDecipheriv("aes-256-gcm", derived.key, derived.nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.concat([header, canonical(context)]));
  decipher.setAuthTag(tag);
  try {
    const body = blob.subarray(headerBytes + saltBytes + tagBytes);
    return { plaintext: Buffer.concat([decipher.update(body), decipher.final()]), keyMaterialId: material.id };
  } catch {
    // The tag does not fit.
    return undefined;
  }
}

function derive(material: Uint8Array, salt: Uint8Array): { readonly key: Buffer; readonly nonce: Buffer } {
  const bytes = Buffer.from(hkdfSync("sha256", material, salt, "estiva kms ciphertext", 32 + 12));
  return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32) };
}

/** The same bytes for the same pairs, in whichever order they were given. */
function canonical(context: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}
