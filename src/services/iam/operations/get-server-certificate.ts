import { toCertificateMetadata } from "../request/certificates.ts";
import { requireServerCertificate } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagsMember } from "../request/tags.ts";

/** The private key is not told again. */
export const GetServerCertificate: IamHandler<"GetServerCertificate"> = async (input, ctx) => {
  const { value } = await requireServerCertificate(ctx, input.ServerCertificateName);
  const { certificateBody, certificateChain } = value;
  return {
    ServerCertificate: {
      ServerCertificateMetadata: toCertificateMetadata(value),
      CertificateBody: certificateBody,
      ...(certificateChain !== undefined && { CertificateChain: certificateChain }),
      ...tagsMember(value.tags),
    },
  };
};
