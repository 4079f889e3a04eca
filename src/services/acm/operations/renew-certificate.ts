import { requireCertificate } from "../request/find.ts";
import { type AcmHandler, type AcmParts, invalid } from "../request/handler.ts";
import { renewed } from "../request/renew.ts";
import { isEligible } from "../request/shapes.ts";

/** Issues a certificate anew under its ARN. */
export function renewCertificate({ box }: AcmParts): AcmHandler<"RenewCertificate"> {
  return async (input, ctx) => {
    const found = requireCertificate(ctx, input.CertificateArn);
    if (!isEligible(ctx.store, found.value)) {
      throw invalid(`Certificate ${input.CertificateArn} is not eligible for renewal.`);
    }
    const parts = { store: ctx.store, box, random: ctx.random, now: ctx.clock.now() };
    await ctx.store.commit(await renewed(parts, found));
    return {};
  };
}
