import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { InvariantError } from "./fault.ts";
import type { Random } from "./random.ts";

/**
 * Encrypts what must not lie readable on disk, or must come back from a client as it was given out: AES-256-GCM under
 * keys derived from the platform's master key (HKDF-SHA-256). What was sealed for one purpose opens for no other.
 */
export interface SecretBox {
  /** The sealed text is base64url, about a third longer than the plain one. */
  seal(plain: string, purpose: string): string;
  /** The plain text, or undefined when it was sealed for another purpose, under another key, or has been changed. */
  open(sealed: string, purpose: string): string | undefined;
}

export const masterKeyBytes = 32;
const format = 1;
const nonceBytes = 12;
const tagBytes = 16;

export function createSecretBox(masterKey: Uint8Array, random: Random): SecretBox {
  if (masterKey.length !== masterKeyBytes) throw new InvariantError(`A master key has ${masterKeyBytes} bytes`);
  const keys = new Map<string, Buffer>();
  const keyOf = (purpose: string): Buffer => {
    const known = keys.get(purpose);
    if (known !== undefined) return known;
    const key = Buffer.from(hkdfSync("sha256", masterKey, "", `estiva ${purpose}`, 32));
    keys.set(purpose, key);
    return key;
  };
  return {
    seal(plain, purpose) {
      const nonce = random.bytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", keyOf(purpose), nonce);
      const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return Buffer.concat([Uint8Array.of(format), nonce, cipher.getAuthTag(), body]).toString("base64url");
    },
    open(sealed, purpose) {
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length < 1 + nonceBytes + tagBytes || bytes[0] !== format) return undefined;
      // Node reads base64 leniently: only the one spelling that `seal` writes may pass.
      if (bytes.toString("base64url") !== sealed) return undefined;
      const body = bytes.subarray(1 + nonceBytes + tagBytes);
      const decipher = createDecipheriv("aes-256-gcm", keyOf(purpose), bytes.subarray(1, 1 + nonceBytes));
      decipher.setAuthTag(bytes.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes));
      try {
        return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
      } catch {
        // The tag does not fit: not ours, or changed.
        return undefined;
      }
    },
  };
}
