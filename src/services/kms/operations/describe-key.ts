import { findKey } from "../model.ts";
import { checkCommonFields } from "../request/checks.ts";
import type { KmsHandler, KmsParts } from "../request/handler.ts";
import { toMetadata } from "../request/metadata.ts";

export function describeKey({ box }: KmsParts): KmsHandler<"DescribeKey"> {
  return async (input, ctx) => {
    // Its model has no code of its own for a bad token.
    checkCommonFields(input, box, "ValidationException");
    return { KeyMetadata: toMetadata(findKey(ctx, input.KeyId).value) };
  };
}
