import { checkUsable, currentMaterial, findKey, isPair, keyArn } from "../model.ts";
import { checkCommonFields, endDryRun } from "../request/checks.ts";
import { decryptBlob } from "../request/decrypt.ts";
import { encryptWith } from "../request/encrypt.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function reEncrypt({ box }: KmsParts): KmsHandler<"ReEncrypt"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const encrypted = {
      blob: input.CiphertextBlob,
      context: input.SourceEncryptionContext,
      keyId: input.SourceKeyId,
      modifiers: input.DryRunModifiers,
      algorithm: input.SourceEncryptionAlgorithm ?? "SYMMETRIC_DEFAULT",
    };
    const source = decryptBlob(ctx, encrypted, "ReEncryptFrom", box);
    const destination = findKey(ctx, input.DestinationKeyId).value;
    checkUsable(destination, "ReEncryptTo");
    const plain = {
      plaintext: source.plaintext,
      context: input.DestinationEncryptionContext,
      algorithm: input.DestinationEncryptionAlgorithm ?? "SYMMETRIC_DEFAULT",
    };
    const blob = encryptWith(destination, plain, { box, random: ctx.random });
    endDryRun(input);
    return {
      CiphertextBlob: blob,
      SourceKeyId: keyArn(source.key),
      KeyId: keyArn(destination),
      SourceEncryptionAlgorithm: encrypted.algorithm,
      DestinationEncryptionAlgorithm: plain.algorithm,
      ...(source.keyMaterialId !== undefined && { SourceKeyMaterialId: source.keyMaterialId }),
      ...(!isPair(destination.keySpec) && { DestinationKeyMaterialId: currentMaterial(destination).id }),
    };
  };
}
