import { keyArn } from "../model.ts";
import { checkAlgorithm, checkCommonFields, endDryRun } from "../request/checks.ts";
import { decryptBlob } from "../request/decrypt.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function decrypt({ box }: KmsParts): KmsHandler<"Decrypt"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const { CiphertextBlob: blob, EncryptionContext: context, KeyId: keyId, DryRunModifiers: modifiers } = input;
    const { key, plaintext, keyMaterialId } = decryptBlob(ctx, { blob, context, keyId, modifiers }, "Decrypt", box);
    checkAlgorithm(key, input.EncryptionAlgorithm);
    endDryRun(input);
    return {
      KeyId: keyArn(key),
      Plaintext: plaintext,
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      KeyMaterialId: keyMaterialId,
    };
  };
}
