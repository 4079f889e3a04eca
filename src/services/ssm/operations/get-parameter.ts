import { requireVersion } from "../request/find.ts";
import type { SsmHandler, SsmParts } from "../request/handler.ts";
import { toParameter } from "../request/shapes.ts";
import { readValue } from "../request/value.ts";

export function getParameter({ box }: SsmParts): SsmHandler<"GetParameter"> {
  return async (input, ctx) => {
    const { parameter, version, selector } = await requireVersion(ctx, input.Name);
    const value = readValue(ctx, parameter, version, { decrypt: input.WithDecryption, box });
    return { Parameter: toParameter(parameter, version, value, selector) };
  };
}
