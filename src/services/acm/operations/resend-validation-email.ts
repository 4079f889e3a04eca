import { Fault } from "#kernel/fault.ts";
import { requireCertificate } from "../request/find.ts";
import type { AcmHandler } from "../request/handler.ts";

/** Certificates are issued at once: none is waiting for an email. */
export const ResendValidationEmail: AcmHandler<"ResendValidationEmail"> = async (input, ctx) => {
  requireCertificate(ctx, input.CertificateArn);
  throw new Fault("InvalidStateException", "The certificate is not pending validation.");
};
