import { Fault } from "#kernel/fault.ts";
import { certificateArn } from "../model.ts";
import { requireCertificate } from "../request/find.ts";
import type { AcmHandler } from "../request/handler.ts";
import { usersOf } from "../request/use.ts";

export const DeleteCertificate: AcmHandler<"DeleteCertificate"> = async (input, ctx) => {
  const found = requireCertificate(ctx, input.CertificateArn);
  if (usersOf(ctx.store, found.value).length > 0) {
    const message = `Certificate ${certificateArn(found.value)} in account ${ctx.account} is in use.`;
    throw new Fault("ResourceInUseException", message);
  }
  await ctx.store.commit({ unchanged: [found], remove: [found.key] });
  return {};
};
