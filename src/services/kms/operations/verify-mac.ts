import { timingSafeEqual } from "node:crypto";
import { Fault } from "#kernel/fault.ts";
import { checkUsable, findKey, keyArn } from "../model.ts";
import { checkCommonFields, endDryRun } from "../request/checks.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";
import { macOf } from "../request/mac.ts";

export function verifyMac({ box }: KmsParts): KmsHandler<"VerifyMac"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    const key = findKey(ctx, input.KeyId).value;
    checkUsable(key, "VerifyMac", "GENERATE_VERIFY_MAC");
    const mac = macOf(key, input.MacAlgorithm, input.Message, box);
    if (mac.length !== input.Mac.length || !timingSafeEqual(mac, input.Mac))
      throw new Fault("KMSInvalidMacException", "");
    endDryRun(input);
    return { KeyId: keyArn(key), MacValid: true, MacAlgorithm: input.MacAlgorithm };
  };
}
