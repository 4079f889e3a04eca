import { keyArn } from "../model.ts";
import { checkCommonFields, endDryRun } from "../request/checks.ts";
import { decryptBlob } from "../request/decrypt.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function decrypt({ box }: KmsParts): KmsHandler<"Decrypt"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const { CiphertextBlob: blob, EncryptionContext: context, KeyId: keyId, DryRunModifiers: modifiers } = input;
    const algorithm = input.EncryptionAlgorithm ?? "SYMMETRIC_DEFAULT";
    const encrypted = { blob, context, keyId, modifiers, algorithm };
    const { key, plaintext, keyMaterialId } = decryptBlob(ctx, encrypted, "Decrypt", box);
    endDryRun(input);
    return {
      KeyId: keyArn(key),
      Plaintext: plaintext,
      EncryptionAlgorithm: algorithm,
      ...(keyMaterialId !== undefined && { KeyMaterialId: keyMaterialId }),
    };
  };
}
