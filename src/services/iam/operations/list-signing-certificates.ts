import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { credentialsOf } from "../request/user-credentials.ts";

export const ListSigningCertificates: IamHandler<"ListSigningCertificates"> = async (input, ctx) => {
  const { value: user } = await userOrCaller(ctx, input.UserName);
  const all = credentialsOf(user, "signingCertificates");
  const { items, more } = listPage("ListSigningCertificates", input, all, ({ id }) => id);
  return {
    Certificates: items.map((certificate) => ({
      UserName: user.userName,
      CertificateId: certificate.id,
      CertificateBody: certificate.body,
      Status: certificate.status,
      UploadDate: certificate.uploadedAt,
    })),
    ...more,
  };
};
