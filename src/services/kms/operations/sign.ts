import { checkUsable, findKey, keyArn } from "../model.ts";
import { checkCommonFields, endDryRun } from "../request/checks.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";
import { signatureOf } from "../request/signature.ts";

export function sign({ box }: KmsParts): KmsHandler<"Sign"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const key = findKey(ctx, input.KeyId).value;
    checkUsable(key, "Sign", "SIGN_VERIFY");
    const signature = signatureOf(key, input, { box, random: ctx.random });
    endDryRun(input);
    return { KeyId: keyArn(key), Signature: signature, SigningAlgorithm: input.SigningAlgorithm };
  };
}
