import { newDataKeyPair } from "../request/data-key-pair.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function generateDataKeyPair({ box }: KmsParts): KmsHandler<"GenerateDataKeyPair"> {
  return (input, ctx) => newDataKeyPair(input, ctx, "GenerateDataKeyPair", box);
}
