import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { updateStatus } from "../request/user-credentials.ts";

export const UpdateSigningCertificate: IamHandler<"UpdateSigningCertificate"> = async (input, ctx) => {
  const user = await userOrCaller(ctx, input.UserName);
  return updateStatus(ctx, user, "signingCertificates", input.CertificateId, input.Status);
};
