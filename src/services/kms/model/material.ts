import { Fault } from "#kernel/fault.ts";
import { hex, type Random } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { type KeyRecord, keyArn, type SupportedSpec } from "./key.ts";

/** Bytes under which a key encrypts, sealed under the platform's master key. */
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

const bytesOfSpec: Readonly<Record<SupportedSpec, number>> = {
  SYMMETRIC_DEFAULT: 32,
  HMAC_224: 28,
  HMAC_256: 32,
  HMAC_384: 48,
  HMAC_512: 64,
};

export function newMaterial(
  key: Pick<KeyRecord, "keyId" | "keySpec">,
  { box, random }: CryptoParts,
  now: number,
  rotationType?: KeyMaterial["rotationType"],
): KeyMaterial {
  const id = hex(random, 64);
  const bytes = Buffer.from(random.bytes(bytesOfSpec[key.keySpec])).toString("base64");
  // Bound to its place: the material of another key, put here, does not open.
  const sealed = box.seal(`${key.keyId} ${id} ${bytes}`, purpose);
  return { id, sealed, createdAt: now, ...(rotationType && { rotationType }) };
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
