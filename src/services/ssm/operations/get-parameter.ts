import type { SsmHandler, SsmParts } from "../request/handler.ts";
import { refuseImage } from "../request/public.ts";
import { readParameter } from "../request/read.ts";

export function getParameter({ box }: SsmParts): SsmHandler<"GetParameter"> {
  return async ({ Name, WithDecryption: decrypt }, ctx) => {
    refuseImage(Name);
    return { Parameter: await readParameter(ctx, Name, { decrypt, box }) };
  };
}
