import { Fault, InvariantError } from "#kernel/fault.ts";
import { hex, type Random } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { type KeyRecord, keyArn } from "./key.ts";
import type { SupportedSpec } from "./spec.ts";

/** Bytes under which a key encrypts, or a pair's private key (PKCS #8, DER), sealed under the platform's master key. */
export interface KeyMaterial {
  /** 64 hexadecimal digits; ciphertexts begin with the first 16. */
  readonly id: string;
  readonly sealed: string;
  readonly createdAt: number;
  /** How it became the current one; absent for the first. */
  readonly rotationType?: "AUTOMATIC" | "ON_DEMAND";
}

/** What it takes to encrypt: the platform's secret box and a source of randomness. */
export interface CryptoParts {
  readonly box: SecretBox;
  readonly random: Random;
}

const purpose = "kms key material";

const bytesOfSpec: Readonly<Partial<Record<SupportedSpec, number>>> = {
  SYMMETRIC_DEFAULT: 32,
  HMAC_224: 28,
  HMAC_256: 32,
  HMAC_384: 48,
  HMAC_512: 64,
};

/** Random material; that of a pair is a private key (`newPrivateKey`). */
export function newMaterial(
  key: Pick<KeyRecord, "keyId" | "keySpec">,
  parts: CryptoParts,
  now: number,
  rotationType?: KeyMaterial["rotationType"],
): KeyMaterial {
  const bytes = bytesOfSpec[key.keySpec];
  if (bytes === undefined) throw new InvariantError(`Keys of the spec ${key.keySpec} are not random bytes.`);
  const material = sealMaterial(key, parts.random.bytes(bytes), parts, now);
  return { ...material, ...(rotationType && { rotationType }) };
}

/** The material of a key that was made elsewhere. */
export function sealMaterial(
  { keyId }: Pick<KeyRecord, "keyId">,
  bytes: Uint8Array,
  { box, random }: CryptoParts,
  now: number,
): KeyMaterial {
  const id = hex(random, 64);
  // Bound to its place: the material of another key, put here, does not open.
  const sealed = box.seal(`${keyId} ${id} ${Buffer.from(bytes).toString("base64")}`, purpose);
  return { id, sealed, createdAt: now };
}

/** The material that new ciphertexts are made under. */
export function currentMaterial(key: KeyRecord): KeyMaterial {
  return key.material.at(-1)!;
}

/** The bytes of a material. Throws `KeyUnavailableException` when it was sealed under another master key. */
export function openMaterial(key: KeyRecord, material: KeyMaterial, box: SecretBox): Buffer {
  const prefix = `${key.keyId} ${material.id} `;
  const plain = box.open(material.sealed, purpose);
  if (plain?.startsWith(prefix)) return Buffer.from(plain.slice(prefix.length), "base64");
  throw new Fault(
    "KeyUnavailableException",
    `The material of ${keyArn(key)} cannot be opened: it was made under another master key than the platform's.`,
  );
}
