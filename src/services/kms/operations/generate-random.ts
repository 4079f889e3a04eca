import { Fault } from "#kernel/fault.ts";
import { checkCommonFields } from "../request/checks.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function generateRandom({ box }: KmsParts): KmsHandler<"GenerateRandom"> {
  return async (input, ctx) => {
    checkCommonFields(input, box);
    if (input.CustomKeyStoreId !== undefined) {
      throw new Fault("UnsupportedOperationException", "CustomKeyStoreId is not supported on this platform.");
    }
    if (input.NumberOfBytes === undefined) throw new Fault("ValidationException", "NumberOfBytes is required.");
    return { Plaintext: ctx.random.bytes(input.NumberOfBytes) };
  };
}
