import { Fault } from "#kernel/fault.ts";
import { requireCertificate } from "../request/find.ts";
import { type AcmHandler, invalid } from "../request/handler.ts";

export const UpdateCertificateOptions: AcmHandler<"UpdateCertificateOptions"> = async (input, ctx) => {
  const found = requireCertificate(ctx, input.CertificateArn);
  const { CertificateTransparencyLoggingPreference: logging, Export: exportOption, ValidationMethod } = input.Options;
  if (found.value.type === "IMPORTED") throw invalid("Options of a certificate that was imported can't be changed.");
  if (logging === "DISABLED") {
    throw invalid("Certificate transparency logging opt-out is no longer available.");
  }
  const { exported } = found.value;
  if (exported && exportOption === "DISABLED") {
    throw new Fault("InvalidStateException", "The certificate has been exported already.");
  }
  const value = {
    ...found.value,
    ...(exportOption !== undefined && { exportOption }),
    ...(ValidationMethod !== undefined && { validationMethod: ValidationMethod }),
  };
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value }] });
  return {};
};
