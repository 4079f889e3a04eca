import { Fault } from "#kernel/fault.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { absent } from "#kernel/store.ts";
import {
  iamArn,
  type ServerCertificateRecord,
  serverCertificateKey,
  serverCertificatePurpose,
  uniqueId,
} from "../model.ts";
import { checkCertificate, toCertificateMetadata } from "../request/certificates.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { requireRoom } from "../request/quotas.ts";
import { newTags, tagsMember } from "../request/tags.ts";

export function uploadServerCertificate(secretBox: SecretBox): IamHandler<"UploadServerCertificate"> {
  return async (input, ctx) => {
    const { ServerCertificateName: name, Path: path = "/" } = input;
    const certificateBody = input.CertificateBody.trim();
    const certificateChain = input.CertificateChain?.trim();
    const privateKey = input.PrivateKey.trim();
    const key = serverCertificateKey(ctx.account, name);
    if ((await ctx.store.get(key)).value !== undefined) throw certificateExists(name);
    const expiresAt = checkCertificate(certificateBody, privateKey, certificateChain);
    const tags = newTags(input.Tags);
    requireRoom(ctx, "ServerCertificatesPerAccount");
    const certificate: ServerCertificateRecord = {
      account: ctx.account,
      serverCertificateName: name,
      serverCertificateId: uniqueId(ctx.random, "ASCA"),
      path,
      arn: iamArn(ctx, "server-certificate", path, name),
      createdAt: now(ctx),
      certificateBody,
      ...(certificateChain !== undefined && { certificateChain }),
      sealedPrivateKey: secretBox.seal(privateKey, serverCertificatePurpose),
      expiresAt,
      tags,
    };
    await ctx.store.commit({ unchanged: [absent(key)], put: [{ key, value: certificate }] });
    return { ServerCertificateMetadata: toCertificateMetadata(certificate), ...tagsMember(tags) };
  };
}

export function certificateExists(name: string): Fault {
  return new Fault("EntityAlreadyExistsException", `The Server Certificate with name ${name} already exists.`);
}
