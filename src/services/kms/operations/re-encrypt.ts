import { checkUsable, currentMaterial, encryptUnder, findKey, keyArn } from "../model.ts";
import { checkAlgorithm, checkCommonFields, endDryRun } from "../request/checks.ts";
import { decryptBlob } from "../request/decrypt.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function reEncrypt({ box }: KmsParts): KmsHandler<"ReEncrypt"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const encrypted = {
      blob: input.CiphertextBlob,
      context: input.SourceEncryptionContext,
      keyId: input.SourceKeyId,
      modifiers: input.DryRunModifiers,
    };
    const source = decryptBlob(ctx, encrypted, "ReEncryptFrom", box);
    checkAlgorithm(source.key, input.SourceEncryptionAlgorithm);
    const destination = findKey(ctx, input.DestinationKeyId).value;
    checkUsable(destination, "ReEncryptTo");
    checkAlgorithm(destination, input.DestinationEncryptionAlgorithm);
    endDryRun(input);
    const parts = { box, random: ctx.random };
    return {
      CiphertextBlob: encryptUnder(destination, source.plaintext, input.DestinationEncryptionContext ?? {}, parts),
      SourceKeyId: keyArn(source.key),
      KeyId: keyArn(destination),
      SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      SourceKeyMaterialId: source.keyMaterialId,
      DestinationKeyMaterialId: currentMaterial(destination).id,
    };
  };
}
