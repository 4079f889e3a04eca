import { checkUsable, findKey, keyArn } from "../model.ts";
import { checkCommonFields, endDryRun } from "../request/checks.ts";
import { encryptWith } from "../request/encrypt.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function encrypt({ box }: KmsParts): KmsHandler<"Encrypt"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const key = findKey(ctx, input.KeyId).value;
    checkUsable(key, "Encrypt");
    const { Plaintext: plaintext, EncryptionContext: context } = input;
    const algorithm = input.EncryptionAlgorithm ?? "SYMMETRIC_DEFAULT";
    const blob = encryptWith(key, { plaintext, context, algorithm }, { box, random: ctx.random });
    endDryRun(input);
    return { CiphertextBlob: blob, KeyId: keyArn(key), EncryptionAlgorithm: algorithm };
  };
}
