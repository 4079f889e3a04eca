import { createHmac } from "node:crypto";
import type { MacAlgorithmSpec } from "#generated/kms/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { currentMaterial, type HmacSpec, type KeyRecord, openMaterial } from "../model.ts";

/** The one algorithm of a spec: `HMAC_256` -> `HMAC_SHA_256`. */
export function macAlgorithmOf(spec: HmacSpec): MacAlgorithmSpec {
  return spec.replace("HMAC_", "HMAC_SHA_") as MacAlgorithmSpec;
}

/** The code of a message under an HMAC key, whose usage and state the caller has checked. */
export function macOf(key: KeyRecord, algorithm: MacAlgorithmSpec, message: Uint8Array, box: SecretBox): Buffer {
  if (key.keySpec === "SYMMETRIC_DEFAULT" || macAlgorithmOf(key.keySpec) !== algorithm) {
    const wrong = `Algorithm ${algorithm} is incompatible with key spec ${key.keySpec}.`;
    throw new Fault("InvalidKeyUsageException", wrong);
  }
  const hash = algorithm.replace("HMAC_SHA_", "sha");
  return createHmac(hash, openMaterial(key, currentMaterial(key), box))
    .update(message)
    .digest();
}
