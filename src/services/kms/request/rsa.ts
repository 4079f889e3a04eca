import { constants, createPublicKey, privateDecrypt, publicEncrypt } from "node:crypto";
import type { EncryptionAlgorithmSpec } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { currentMaterial, type EncryptionContext, type KeyRecord, openMaterial, readPrivateKey } from "../model.ts";

const hashes = {
  RSAES_OAEP_SHA_1: { name: "sha1", bytes: 20 },
  RSAES_OAEP_SHA_256: { name: "sha256", bytes: 32 },
} as const;

type Oaep = keyof typeof hashes;

/** Encrypts under an RSA key, whose algorithm the caller has checked. */
export function encryptRsa(
  key: KeyRecord,
  algorithm: EncryptionAlgorithmSpec,
  plaintext: Uint8Array,
  box: SecretBox,
): Uint8Array {
  const { name, bytes } = hashes[algorithm as Oaep];
  const most = Number(key.keySpec.slice("RSA_".length)) / 8 - 2 * bytes - 2;
  if (plaintext.length > most) {
    const words = `Algorithm ${algorithm} and key spec ${key.keySpec} cannot encrypt data larger than ${most} bytes.`;
    throw new Fault("ValidationException", words);
  }
  const publicKey = createPublicKey(readPrivateKey(openMaterial(key, currentMaterial(key), box)));
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: name }, plaintext);
}

/** Undefined: it was encrypted under another key or by another algorithm, or has changed since. */
export function decryptRsa(
  key: KeyRecord,
  algorithm: EncryptionAlgorithmSpec,
  blob: Uint8Array,
  box: SecretBox,
): Uint8Array | undefined {
  const privateKey = readPrivateKey(openMaterial(key, currentMaterial(key), box));
  const oaepHash = hashes[algorithm as Oaep].name;
  try {
    return privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, blob);
  } catch {
    return undefined;
  }
}

/** Only symmetric keys bind an encryption context (AWS KMS Developer Guide, "Encryption context"). */
export function refuseContext(context: EncryptionContext | undefined): void {
  if (context === undefined || Object.keys(context).length === 0) return;
  throw new Fault("ValidationException", "An encryption context cannot be used with asymmetric KMS keys.");
}
