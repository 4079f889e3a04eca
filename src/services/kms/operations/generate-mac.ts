import { checkUsable, findKey, keyArn } from "../model.ts";
import { checkCommonFields, endDryRun } from "../request/checks.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";
import { macOf } from "../request/mac.ts";

export function generateMac({ box }: KmsParts): KmsHandler<"GenerateMac"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const key = findKey(ctx, input.KeyId).value;
    checkUsable(key, "GenerateMac", "GENERATE_VERIFY_MAC");
    const mac = macOf(key, input.MacAlgorithm, input.Message, box);
    endDryRun(input);
    return { Mac: mac, MacAlgorithm: input.MacAlgorithm, KeyId: keyArn(key) };
  };
}
