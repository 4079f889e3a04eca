import { Fault } from "#kernel/fault.ts";
import { characters } from "#kernel/random.ts";
import type { SigningCertificateRecord } from "../model.ts";
import { userOrCaller } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { checkSigningCertificate, credentialsOf, putCredential } from "../request/user-credentials.ts";

const certificatesPerUser = 2;
const idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export const UploadSigningCertificate: IamHandler<"UploadSigningCertificate"> = async (input, ctx) => {
  const user = await userOrCaller(ctx, input.UserName);
  checkSigningCertificate(input.CertificateBody);
  const known = credentialsOf(user.value, "signingCertificates");
  if (known.some(({ body }) => body.trim() === input.CertificateBody.trim())) {
    throw new Fault("DuplicateCertificateException", "The certificate is already associated with the user.");
  }
  if (known.length >= certificatesPerUser) {
    const message = `Cannot exceed quota for SigningCertificatesPerUser: ${certificatesPerUser}`;
    throw new Fault("LimitExceededException", message);
  }
  const certificate: SigningCertificateRecord = {
    ...{ id: characters(ctx.random, 24, idAlphabet), body: input.CertificateBody },
    ...{ status: "Active", uploadedAt: now(ctx) },
  };
  await putCredential(ctx, user, "signingCertificates", certificate);
  return {
    Certificate: {
      UserName: user.value.userName,
      CertificateId: certificate.id,
      CertificateBody: certificate.body,
      Status: certificate.status,
      UploadDate: certificate.uploadedAt,
    },
  };
};
