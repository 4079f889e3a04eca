import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { requireCredential, sshKeyAsPem } from "../request/user-credentials.ts";

export const GetSSHPublicKey: IamHandler<"GetSSHPublicKey"> = async (input, ctx) => {
  const { value: user } = await requireUser(ctx, input.UserName);
  const key = requireCredential(user, "sshPublicKeys", input.SSHPublicKeyId);
  return {
    SSHPublicKey: {
      UserName: user.userName,
      SSHPublicKeyId: key.id,
      Fingerprint: key.fingerprint,
      SSHPublicKeyBody: input.Encoding === "PEM" ? sshKeyAsPem(key.body) : key.body,
      Status: key.status,
      UploadDate: key.uploadedAt,
    },
  };
};
