import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { removeCredential } from "../request/user-credentials.ts";

export const DeleteSigningCertificate: IamHandler<"DeleteSigningCertificate"> = async (input, ctx) => {
  const user = await userOrCaller(ctx, input.UserName);
  return removeCredential(ctx, user, "signingCertificates", input.CertificateId);
};
