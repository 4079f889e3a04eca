import type { RequestContext } from "#kernel/handler.ts";

/** Throws `InvalidParameterException` for a client token that there cannot be. */
export function checkClientToken(ctx: RequestContext, token: string | undefined, most: 36 | 64): void {
  if (token === undefined || (/^[!-~]+$/.test(token) && token.length <= most)) return;
  const message = `clientToken must have 1 to ${most} characters, in the range of 33 to 126.`;
  throw ctx.fault("InvalidParameterException", message);
}
