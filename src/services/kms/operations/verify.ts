import { Fault } from "#kernel/fault.ts";
import { checkUsable, findKey, keyArn } from "../model.ts";
import { checkCommonFields, endDryRun } from "../request/checks.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";
import { isSignatureOf } from "../request/signature.ts";

export function verify({ box }: KmsParts): KmsHandler<"Verify"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const key = findKey(ctx, input.KeyId).value;
    checkUsable(key, "Verify", "SIGN_VERIFY");
    if (!isSignatureOf(key, input, input.Signature, box)) throw new Fault("KMSInvalidSignatureException", "");
    endDryRun(input);
    return { KeyId: keyArn(key), SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
  };
}
