import { requireCertificate } from "../request/find.ts";
import type { AcmHandler } from "../request/handler.ts";

export const GetCertificate: AcmHandler<"GetCertificate"> = async (input, ctx) => {
  const { certificate, certificateChain } = requireCertificate(ctx, input.CertificateArn).value;
  return { Certificate: certificate, ...(certificateChain !== undefined && { CertificateChain: certificateChain }) };
};
