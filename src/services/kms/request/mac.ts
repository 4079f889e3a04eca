import { createHmac } from "node:crypto";
import type { MacAlgorithmSpec } from "#generated/kms/types.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { checkAlgorithm, currentMaterial, type KeyRecord, openMaterial } from "../model.ts";

/** The code of a message under an HMAC key, whose usage and state the caller has checked. */
export function macOf(key: KeyRecord, algorithm: MacAlgorithmSpec, message: Uint8Array, box: SecretBox): Buffer {
  checkAlgorithm(key, algorithm);
  const hash = algorithm.replace("HMAC_SHA_", "sha");
  return createHmac(hash, openMaterial(key, currentMaterial(key), box))
    .update(message)
    .digest();
}
