import { absent } from "#kernel/store.ts";
import { iamArn, serverCertificateKey } from "../model.ts";
import { requireServerCertificate } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { certificateExists } from "./upload-server-certificate.ts";

/** Renames or moves a certificate. */
export const UpdateServerCertificate: IamHandler<"UpdateServerCertificate"> = async (input, ctx) => {
  const found = await requireServerCertificate(ctx, input.ServerCertificateName);
  const { NewServerCertificateName: name = found.value.serverCertificateName, NewPath: path = found.value.path } =
    input;
  const key = serverCertificateKey(ctx.account, name);
  const arn = iamArn(ctx, "server-certificate", path, name);
  const value = { ...found.value, serverCertificateName: name, path, arn };
  if (key === found.key) {
    await ctx.store.commit({ unchanged: [found], put: [{ key, value }] });
    return {};
  }
  if ((await ctx.store.get(key)).value !== undefined) throw certificateExists(name);
  await ctx.store.commit({ unchanged: [found, absent(key)], remove: [found.key], put: [{ key, value }] });
  return {};
};
