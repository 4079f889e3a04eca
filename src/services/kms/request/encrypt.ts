import type { EncryptionAlgorithmSpec } from "#generated/kms/types.ts";
import {
  type CryptoParts,
  checkAlgorithm,
  type EncryptionContext,
  encryptUnder,
  isPair,
  type KeyRecord,
} from "../model.ts";
import { encryptRsa, refuseContext } from "./rsa.ts";

export interface Plain {
  readonly plaintext: Uint8Array;
  readonly context: EncryptionContext | undefined;
  readonly algorithm: EncryptionAlgorithmSpec;
}

/** What Encrypt and ReEncrypt have in common, under a key whose usage and state the caller has checked. */
export function encryptWith(key: KeyRecord, { plaintext, context, algorithm }: Plain, parts: CryptoParts): Uint8Array {
  checkAlgorithm(key, algorithm);
  if (!isPair(key.keySpec)) return encryptUnder(key, plaintext, context ?? {}, parts);
  refuseContext(context);
  return encryptRsa(key, algorithm, plaintext, parts.box);
}
