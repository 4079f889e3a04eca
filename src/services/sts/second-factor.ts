import type { RequestContext } from "#kernel/handler.ts";
import { mfaDeviceKey } from "#services/iam/model.ts";
import type { StsParts } from "./parts.ts";

export interface SecondFactorInput {
  readonly SerialNumber?: string;
  readonly TokenCode?: string;
}

/**
 * Takes the one-time password that came with the request, so that nobody can use it again. Resolves with whether there
 * was one; rejects for one that is none.
 */
export async function takeSecondFactor(
  ctx: RequestContext,
  { SerialNumber: serialNumber, TokenCode: code }: SecondFactorInput,
  { secondFactor }: Pick<StsParts, "secondFactor">,
): Promise<boolean> {
  if (serialNumber === undefined && code === undefined) return false;
  const failed = (why: string) => ctx.fault("AccessDenied", `MultiFactorAuthentication failed${why}`);
  if (serialNumber === undefined || code === undefined) {
    throw failed(", must provide both MFA serial number and one time pass code.");
  }
  const device = await ctx.store.get(mfaDeviceKey(ctx.account, serialNumber));
  if (ctx.caller.type !== "User" || device.value?.userId !== ctx.caller.userId) {
    throw failed(
      ", unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    );
  }
  const lastStep = secondFactor.check(ctx.store, ctx.caller, serialNumber, code);
  if (lastStep === undefined) throw failed(" with invalid MFA one time pass code.");
  await ctx.store.commit({ unchanged: [device], put: [{ key: device.key, value: { ...device.value, lastStep } }] });
  return true;
}
