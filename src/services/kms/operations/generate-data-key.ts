import { newDataKey } from "../request/data-key.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";

export function generateDataKey({ box }: KmsParts): KmsHandler<"GenerateDataKey"> {
  return async (input, ctx) => newDataKey(input, ctx, "GenerateDataKey", box);
}
