import { checkUsable, encryptUnder, findKey, keyArn } from "../model.ts";
import { checkAlgorithm, checkCommonFields, endDryRun } from "../request/checks.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function encrypt({ box }: KmsParts): KmsHandler<"Encrypt"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const key = findKey(ctx, input.KeyId).value;
    checkUsable(key, "Encrypt");
    checkAlgorithm(key, input.EncryptionAlgorithm);
    endDryRun(input);
    const blob = encryptUnder(key, input.Plaintext, input.EncryptionContext ?? {}, { box, random: ctx.random });
    return { CiphertextBlob: blob, KeyId: keyArn(key), EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
  };
}
