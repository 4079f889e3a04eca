import { newDataKeyPair } from "../request/data-key-pair.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

type Operation = KmsHandler<"GenerateDataKeyPairWithoutPlaintext">;

export function generateDataKeyPairWithoutPlaintext({ box }: KmsParts): Operation {
  return async (input, ctx) => {
    const made = await newDataKeyPair(input, ctx, "GenerateDataKeyPairWithoutPlaintext", box);
    const { PrivateKeyPlaintext: _, ...answer } = made;
    return answer;
  };
}
