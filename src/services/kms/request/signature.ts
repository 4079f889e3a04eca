import { constants, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { SigningAlgorithmSpec, SignRequest } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import * as digests from "../model/digest-signatures.ts";
import {
  type CryptoParts,
  checkAlgorithm,
  currentMaterial,
  curves,
  type KeyRecord,
  openMaterial,
  type PairSpec,
  readPrivateKey,
} from "../model.ts";

const digestBytes: Readonly<Record<string, number>> = { sha256: 32, sha384: 48, sha512: 64 };

interface Asked extends Pick<SignRequest, "Message" | "MessageType"> {
  readonly SigningAlgorithm: SigningAlgorithmSpec;
}

interface Signing {
  readonly privateKey: KeyObject;
  readonly kind: "pkcs1" | "pss" | "ecdsa" | "ed25519";
  readonly hash: string;
  readonly curve: string;
}

/** The signature of a message, or of the digest of one, under a key whose usage and state the caller has checked. */
export function signatureOf(key: KeyRecord, asked: Asked, { box, random }: CryptoParts): Buffer {
  const { privateKey, kind, hash, curve } = signingOf(key, asked, box);
  const { Message: message, MessageType } = asked;
  if (MessageType !== "DIGEST") return sign(hashOf(kind, hash), message, optionsOf(kind, privateKey));
  if (kind === "ecdsa") return digests.signEcdsa(privateKey, curve, message);
  if (kind === "pss") return digests.signPss(privateKey, hash, message, random);
  return digests.signPkcs1(privateKey, hash, message);
}

export function isSignatureOf(key: KeyRecord, asked: Asked, signature: Uint8Array, box: SecretBox): boolean {
  const { privateKey, kind, hash, curve } = signingOf(key, asked, box);
  const { Message: message, MessageType } = asked;
  if (MessageType !== "DIGEST") {
    return verify(hashOf(kind, hash), message, optionsOf(kind, createPublicKey(privateKey)), signature);
  }
  if (kind === "ecdsa") return digests.verifyEcdsa(privateKey, curve, message, signature);
  return kind === "pss"
    ? digests.verifyPss(privateKey, hash, message, signature)
    : digests.verifyPkcs1(privateKey, hash, message, signature);
}

function signingOf(key: KeyRecord, { Message, MessageType = "RAW", SigningAlgorithm }: Asked, box: SecretBox): Signing {
  checkAlgorithm(key, SigningAlgorithm);
  const kind = kindOf(SigningAlgorithm);
  const hash = `sha${SigningAlgorithm.slice(-3)}`;
  // EXTERNAL_MU is for ML-DSA; Ed25519 hashes on its own.
  if (MessageType === "EXTERNAL_MU" || (kind === "ed25519" && MessageType === "DIGEST")) {
    throw new Fault(
      "ValidationException",
      `MessageType ${MessageType} is not valid for algorithm ${SigningAlgorithm}.`,
    );
  }
  if (MessageType === "DIGEST" && Message.length !== digestBytes[hash]) {
    throw new Fault("ValidationException", `Digest is invalid length for algorithm ${SigningAlgorithm}.`);
  }
  const privateKey = readPrivateKey(openMaterial(key, currentMaterial(key), box));
  return { privateKey, kind, hash, curve: curves[key.keySpec as PairSpec] ?? "" };
}

function kindOf(algorithm: SigningAlgorithmSpec): Signing["kind"] {
  if (algorithm.startsWith("RSASSA_PSS_")) return "pss";
  if (algorithm.startsWith("RSASSA_PKCS1_")) return "pkcs1";
  return algorithm.startsWith("ECDSA_") ? "ecdsa" : "ed25519";
}

function hashOf(kind: Signing["kind"], hash: string): string | null {
  return kind === "ed25519" ? null : hash;
}

function optionsOf(kind: Signing["kind"], key: KeyObject) {
  if (kind !== "pss") return { key };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}
