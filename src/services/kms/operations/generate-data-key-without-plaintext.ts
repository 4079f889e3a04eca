import { newDataKey } from "../request/data-key.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function generateDataKeyWithoutPlaintext({ box }: KmsParts): KmsHandler<"GenerateDataKeyWithoutPlaintext"> {
  return async (input, ctx) => {
    const { Plaintext: _, ...answer } = newDataKey(input, ctx, "GenerateDataKeyWithoutPlaintext", box);
    return answer;
  };
}
