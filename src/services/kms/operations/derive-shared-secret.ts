import { createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { Fault } from "#kernel/fault.ts";
import { checkUsable, currentMaterial, findKey, keyArn, openMaterial, readPrivateKey } from "../model.ts";
import { checkCommonFields, endDryRun } from "../request/checks.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function deriveSharedSecret({ box }: KmsParts): KmsHandler<"DeriveSharedSecret"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const key = findKey(ctx, input.KeyId).value;
    checkUsable(key, "DeriveSharedSecret", "KEY_AGREEMENT");
    const privateKey = readPrivateKey(openMaterial(key, currentMaterial(key), box));
    const secret = diffieHellman({ privateKey, publicKey: publicKeyLike(privateKey, input.PublicKey) });
    endDryRun(input);
    return {
      KeyId: keyArn(key),
      SharedSecret: secret,
      KeyAgreementAlgorithm: input.KeyAgreementAlgorithm,
      KeyOrigin: "AWS_KMS",
    };
  };
}

/** The other side's key, which must be on the same curve. KMS gives no reason. */
function publicKeyLike({ asymmetricKeyDetails: own }: KeyObject, der: Uint8Array): KeyObject {
  try {
    const publicKey = createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
    if (publicKey.asymmetricKeyType === "ec" && publicKey.asymmetricKeyDetails?.namedCurve === own?.namedCurve) {
      return publicKey;
    }
  } catch {
    // It is no public key, or its point is not on its curve.
  }
  throw new Fault("ValidationException", "");
}
