import { requireCertificate } from "../request/find.ts";
import type { AcmHandler } from "../request/handler.ts";
import { toDetail } from "../request/shapes.ts";

export const DescribeCertificate: AcmHandler<"DescribeCertificate"> = async (input, ctx) => {
  const { value } = requireCertificate(ctx, input.CertificateArn);
  return { Certificate: toDetail(ctx.store, value, ctx.clock.now()) };
};
