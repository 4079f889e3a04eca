import { requireCertificate } from "../request/find.ts";
import { type AcmHandler, invalid } from "../request/handler.ts";

/** Who was given the platform's authority to trust has no list of what it has revoked. */
export const RevokeCertificate: AcmHandler<"RevokeCertificate"> = async (input, ctx) => {
  requireCertificate(ctx, input.CertificateArn);
  throw invalid("Certificates can't be revoked here: there is no revocation list. Delete it, or request a new one.");
};
