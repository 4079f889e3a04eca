import {
  createPrivateKey,
  createPublicKey,
  type ECKeyPairKeyObjectOptions,
  generateKeyPair,
  type KeyObject,
  type RSAKeyPairKeyObjectOptions,
} from "node:crypto";
import { promisify } from "node:util";
import type { PairSpec } from "./spec.ts";

/** The curves by the names that OpenSSL has for them. */
export const curves: Readonly<Partial<Record<PairSpec, string>>> = {
  ECC_NIST_P256: "prime256v1",
  ECC_NIST_P384: "secp384r1",
  ECC_NIST_P521: "secp521r1",
  ECC_SECG_P256K1: "secp256k1",
};

const generate = promisify(generateKeyPair) as unknown as (
  type: string,
  options: RSAKeyPairKeyObjectOptions | ECKeyPairKeyObjectOptions,
) => Promise<{ readonly privateKey: KeyObject }>;

/** A new private key in DER (PKCS #8), made beside the event loop: of RSA it takes a while. */
export async function newPrivateKey(spec: PairSpec): Promise<Buffer> {
  const { privateKey } = await generateOf(spec);
  return privateKey.export({ type: "pkcs8", format: "der" });
}

function generateOf(spec: PairSpec) {
  if (spec.startsWith("RSA_")) return generate("rsa", { modulusLength: Number(spec.slice("RSA_".length)) });
  const namedCurve = curves[spec];
  return namedCurve === undefined ? generate("ed25519", {} as never) : generate("ec", { namedCurve });
}

export function readPrivateKey(der: Buffer): KeyObject {
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

/** The public half in DER (SubjectPublicKeyInfo), as KMS gives it. */
export function publicKeyOf(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ type: "spki", format: "der" });
}
